import { X509Certificate } from 'node:crypto';
import { Applier, type KubernetesObject, systemClock } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CertificateIssuer } from '../../src/certificates/issuer.ts';
import { textsOf } from '../../src/certificates/secret-texts.ts';
import { fieldManager, Secret, stateOf } from '../../src/index.ts';
import { Cluster } from '../support/operator.ts';

const dayMs = 86_400_000;
const { signal } = new AbortController();
let cluster: Cluster;
/** It exists: what an owner that does not exist owns is collected as garbage. */
let mirror: KubernetesObject;
beforeEach(async () => {
  cluster = await Cluster.connect();
  mirror = await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
});
afterEach(async () => cluster.leave());

/** An issuer that looks at the cluster so many days from now. */
function issuerInDays(days: number): CertificateIssuer {
  const { client, namespace } = cluster;
  const applier = new Applier({ client, fieldManager, live: () => undefined });
  const clock = { ...systemClock, now: () => Date.now() + days * dayMs };
  return new CertificateIssuer({ client, applier, state: stateOf([]), namespace, clock });
}

async function texts(name: string): Promise<Readonly<Record<string, string>>> {
  const secret = await cluster.client.get(Secret, { namespace: cluster.namespace, name });
  return secret === undefined ? {} : textsOf(secret);
}

test('a certificate is made once, kept while it is good, and made anew after two thirds of its life', async () => {
  const wanted = { secretName: 'serving', names: ['mirror-quay.io'] };
  const first = await issuerInDays(0).ensure(mirror, wanted, signal);
  const made = await texts('serving');
  expect(new X509Certificate(made['tls.crt'] ?? '').subjectAltName).toBe('DNS:mirror-quay.io');

  expect(await issuerInDays(240).ensure(mirror, wanted, signal)).toEqual(first);
  expect(await texts('serving')).toEqual(made);

  const renewed = await issuerInDays(245).ensure(mirror, wanted, signal);
  expect(renewed.notAfter.getTime()).toBeGreaterThan(first.notAfter.getTime());
  expect(await texts('serving')).not.toEqual(made);
});

test('other names ask for another certificate, of the same CA', async () => {
  await issuerInDays(0).ensure(mirror, { secretName: 'serving', names: ['mirror-quay.io'] }, signal);
  const authority = await texts('entrepot-ca');
  await issuerInDays(0).ensure(mirror, { secretName: 'serving', names: ['mirror-quay.io', '10.0.0.7'] }, signal);
  const { 'tls.crt': certificate = '' } = await texts('serving');
  expect(new X509Certificate(certificate).subjectAltName).toBe('DNS:mirror-quay.io, IP Address:10.0.0.7');
  expect(await texts('entrepot-ca')).toEqual(authority);
});

describe('a CA that is near its end', () => {
  const wanted = { secretName: 'serving', names: ['mirror-quay.io'] };
  const end =
    /^Secret test-\w+\/entrepot-ca: the CA (ends|ended) at 20\d\d-.*; delete the Secret and a new one is made/;

  test('still signs, and is named', async () => {
    await issuerInDays(0).ensure(mirror, wanted, signal);
    const before = await texts('serving');
    await expect(issuerInDays(3645).ensure(mirror, wanted, signal)).rejects.toThrow(end);
    expect(await texts('serving')).not.toEqual(before);
    expect(new X509Certificate((await texts('serving'))['tls.crt'] ?? '').subjectAltName).toBe('DNS:mirror-quay.io');
  });

  test('signs nothing any more once it ended', async () => {
    await issuerInDays(0).ensure(mirror, wanted, signal);
    const before = await texts('serving');
    await expect(issuerInDays(3651).ensure(mirror, wanted, signal)).rejects.toThrow(end);
    expect(await texts('serving')).toEqual(before);
  });

  test('is made anew when its Secret is deleted, and so are the certificates', async () => {
    await issuerInDays(-3645).ensure(mirror, wanted, signal);
    await expect(issuerInDays(0).ensure(mirror, wanted, signal)).rejects.toThrow(end);
    await cluster.client.delete(Secret, { namespace: cluster.namespace, name: 'entrepot-ca' });
    const { notAfter } = await issuerInDays(0).ensure(mirror, wanted, signal);
    expect(notAfter.getTime()).toBeGreaterThan(Date.now() + 364 * dayMs);
  });
});

test('many mirrors at once get certificates of one CA', async () => {
  const issuer = issuerInDays(0);
  const names = ['a', 'b', 'c', 'd'];
  await Promise.all(names.map((name) => issuer.ensure(mirror, { secretName: name, names: [`${name}.io`] }, signal)));
  const { publicKey } = new X509Certificate((await texts('entrepot-ca'))['tls.crt'] ?? '');
  for (const name of names) {
    const { 'tls.crt': certificate = '' } = await texts(name);
    expect(new X509Certificate(certificate).verify(publicKey)).toBe(true);
  }
});
