import type { KubernetesObject } from '@entrepot/kube';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Authority,
  constrainedAuthority,
  createAuthority,
  type KeyPair,
  readAuthority,
} from '../../src/certificates/authority.ts';
import { signServingCertificate } from '../../src/certificates/serving-certificate.ts';
import { readServingSecret } from '../../src/certificates/serving-secret.ts';
import { givenCertificate } from '../../src/certificates/wanted-certificate.ts';
import { madeCertificate } from '../support/made-certificate.ts';

const now = Date.parse('2026-02-02T02:02:02Z');
const yearMs = 365 * 86_400_000;
const key = { namespace: 'mirrors', name: 'given' };
const title = 'Secret mirrors/given of spec.tls.secretName';
const nothing = { bundle: [], isHasty: false };
const names = ['mirror-quay.io'];
let authority: Authority;
let unrelated: string;
beforeAll(async () => {
  authority = await readAuthority(await createAuthority(now));
  unrelated = (await createAuthority(now)).certificate;
});

const secret = (texts: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: key,
  data: Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text).toString('base64')])),
});
async function signed(...names: readonly string[]) {
  return textsOfPair(await signServingCertificate(authority, names, now));
}
const textsOfPair = ({ certificate, key }: KeyPair) => ({ 'tls.crt': certificate, 'tls.key': key });
const presentOf = (texts: ReturnType<typeof textsOfPair>) => readServingSecret(secret(texts));

describe("a user's certificate", () => {
  test.each([[['mirror-quay.io']], [['*.example.org', 'MIRROR-quay.io']], [['*.io']]])(
    'for %s can serve',
    async (has) => {
      const { wanted, problem } = givenCertificate(title, secret(await signed(...has)), names, nothing, now);
      expect(problem).toBeUndefined();
      expect(wanted).toMatchObject({ isServed: false, notAfter: Date.parse('2027-02-02T02:02:02Z') });
    },
  );

  test.each([[['quay.io']], [['*.mirror-quay.io', 'mirror.quay.io']], [['mirror-*.io']]])(
    "for %s is not the mirror's: it serves where there is nothing better, and what is wrong is said",
    async (has) => {
      const { wanted, problem } = givenCertificate(title, secret(await signed(...has)), names, nothing, now);
      expect(wanted).toBeDefined();
      expect(problem).toEqual({
        reason: 'CertificateMismatch',
        message: `${title} is valid for ${has.join(', ')}, not for mirror-quay.io`,
      });
    },
  );

  test('for other names does not take the place of one that is good', async () => {
    const present = presentOf(await signed('mirror-quay.io'));
    const { wanted, problem } = givenCertificate(title, secret(await signed('quay.io')), names, present, now);
    expect(wanted).toBeUndefined();
    expect(problem?.reason).toBe('CertificateMismatch');
  });

  test('that ended is said to have', async () => {
    const { problem } = givenCertificate(title, secret(await signed(...names)), names, nothing, now + 366 * 86_400_000);
    expect(problem).toEqual({
      reason: 'CertificateExpired',
      message: `${title} was valid until 2027-02-02T02:02:02Z`,
    });
  });

  describe('that is not valid yet', () => {
    const startsAt = Date.parse('2026-03-03T03:03:03Z');
    const future = async () => textsOfPair(await madeCertificate({ notBefore: startsAt, notAfter: startsAt + yearMs }));
    const problem = {
      reason: 'CertificateNotYetValid',
      message: `${title} is not valid before 2026-03-03T03:03:03Z`,
    };

    test('does not take the place of one that is; when its time has come, it does', async () => {
      const present = presentOf(await signed(...names));
      const later = secret(await future());
      expect(givenCertificate(title, later, names, present, now)).toEqual({ problem, checkAt: startsAt });
      const due = givenCertificate(title, later, names, present, startsAt);
      expect(due).toMatchObject({ wanted: { isServed: false } });
      expect(due.problem).toBeUndefined();
    });

    test('does not take the place of one that some clients accept, as it lacks only one of several names', async () => {
      const present = presentOf(await signed('mirror-quay.io'));
      const both = ['mirror-quay.io', '10.0.0.7'];
      expect(givenCertificate(title, secret(await future()), both, present, now).wanted).toBeUndefined();
    });

    test('serves where there is nothing better, and is looked at again in time', async () => {
      const later = await future();
      const found = givenCertificate(title, secret(later), names, nothing, now);
      expect(found).toMatchObject({ wanted: { isServed: false }, problem, checkAt: startsAt });
      const served = givenCertificate(title, secret(later), names, presentOf(later), now);
      expect(served).toMatchObject({ wanted: { isServed: true }, problem, checkAt: startsAt });
    });

    test('is not defended against one that is', async () => {
      const found = givenCertificate(title, secret(await signed(...names)), names, presentOf(await future()), now);
      expect(found).toMatchObject({ wanted: { isServed: false } });
    });
  });

  test('is trusted by the CA that the Secret names, if that is its CA', async () => {
    const given = await signed(...names);
    const certificate = await constrainedAuthority(authority, names);
    const anchors = (ca?: string) =>
      givenCertificate(title, secret({ ...given, ...(ca !== undefined && { 'ca.crt': ca }) }), names, nothing, now)
        .wanted?.anchors;
    expect(anchors()).toEqual([given['tls.crt']]);
    expect(anchors(unrelated)).toEqual([given['tls.crt']]);
    expect(anchors(`${unrelated}${certificate}`)).toEqual([certificate]);
  });

  test('that does not exist is said to be missing', () =>
    expect(givenCertificate(title, undefined, names, nothing, now)).toEqual({
      problem: { reason: 'CertificateMissing', message: `${title} does not exist` },
    }));

  test('that no server can be started with is not changed to, and what is wrong is said', async () => {
    const one = await signed(...names);
    const broken = { ...one, 'tls.crt': `${one['tls.crt']}-----BEGIN CERTIFICATE-----\n` };
    expect(givenCertificate(title, secret(broken), names, nothing, now)).toEqual({
      problem: {
        reason: 'CertificateUnusable',
        message: `${title}: tls.crt holds a certificate that cannot be read (block 2)`,
      },
    });
  });

  test('has a CA that nodes can read: what is broken in ca.crt is left out', async () => {
    const certificate = await constrainedAuthority(authority, names);
    const ca = `${unrelated.replace('MII', '!!!')}${certificate}-----BEGIN CERTIFICATE-----\n`;
    const given = { ...(await signed(...names)), 'ca.crt': ca };
    expect(givenCertificate(title, secret(given), names, nothing, now).wanted?.anchors).toEqual([certificate]);
  });
});
