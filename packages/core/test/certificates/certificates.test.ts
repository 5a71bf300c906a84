import { once } from 'node:events';
import { isIP } from 'node:net';
import { checkServerIdentity, connect, createServer } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  anchorId,
  type Authority,
  constrainedAuthority,
  createAuthority,
  type KeyPair,
  readAuthority,
  serverAuth,
} from '../../src/certificates/authority.ts';
import {
  readCertificate,
  type ReadPair,
  renewalReason,
  renewalTime,
  signServingCertificate,
} from '../../src/certificates/serving-certificate.ts';
import { KeyUsageFlags } from '../../src/certificates/x509.ts';
import { ecdsa, madeCertificate, rsa } from '../support/made-certificate.ts';

const now = Date.now();
const clientAuth = '1.3.6.1.5.5.7.3.2';
const anyUsage = '2.5.29.37.0';
const addressShape = z.object({ port: z.number() });
const dayMs = 86_400_000;
const names = ['mirror-quay.io', '10.0.0.7', 'fd00::7'];
let authority: Authority;
let serving: ReadPair;
/** What nodes are given. */
let anchor: string;
beforeAll(async () => {
  authority = await readAuthority(await createAuthority(now));
  serving = await signServingCertificate(authority, names, now);
  anchor = await constrainedAuthority(authority, names);
});

const present = () => ({ anchor, notAfter: authority.notAfter });

describe('a client that trusts what nodes are given', () => {
  test.each(names)('accepts the mirror as %s', async (name) => {
    expect(await handshake(serving, anchor, name)).toBe('accepted');
  });

  test('does not accept it under another name', async () => {
    expect(await handshake(serving, anchor, 'quay.io')).toMatch('Hostname/IP does not match');
  });

  test('does not accept what the same CA signed for another mirror', async () => {
    const other = await signServingCertificate(authority, ['mirror-ghcr.io'], now);
    const posing = await signServingCertificate(authority, ['mirror-ghcr.io'], now, anchorId(authority, names));
    const forOther = await constrainedAuthority(authority, ['mirror-ghcr.io']);
    expect(await handshake(other, anchor, 'mirror-ghcr.io')).toMatch(/^unable to verify the first certificate/);
    expect(await handshake(posing, anchor, 'mirror-ghcr.io')).toBe('permitted subtree violation');
    expect(await handshake(other, forOther, 'mirror-ghcr.io')).toBe('accepted');
  });

  test('accepts it beside the certificate that the same CA has for other names, in whatever order they are given', async () => {
    const forOther = await constrainedAuthority(authority, ['mirror-ghcr.io']);
    expect(await handshake(serving, `${forOther}${anchor}`, 'mirror-quay.io')).toBe('accepted');
    expect(await handshake(serving, `${anchor}${forOther}`, 'mirror-quay.io')).toBe('accepted');
  });
});

describe('a kind of names that a mirror has none of', () => {
  const refused = /^(permitted|excluded) subtree violation$/;
  test.each([
    { has: ['mirror-quay.io'], calledBy: '10.0.0.7' },
    { has: ['mirror-quay.io'], calledBy: 'fd00::7' },
    { has: ['10.0.0.7'], calledBy: 'mirror-quay.io' },
    { has: ['10.0.0.7'], calledBy: 'fd00::7' },
    { has: ['fd00::7'], calledBy: '10.0.0.7' },
    { has: ['fd00::7'], calledBy: 'localhost' },
  ])('is not vouched for: whoever trusts a mirror of $has does not trust $calledBy', async ({ has, calledBy }) => {
    const ofBoth = [...has, calledBy];
    const forHas = await constrainedAuthority(authority, has);
    const own = await signServingCertificate(authority, has, now);
    const posing = await signServingCertificate(authority, ofBoth, now, anchorId(authority, has));
    const other = await signServingCertificate(authority, ofBoth, now);
    expect(await handshake(own, forHas, has[0] ?? '')).toBe('accepted');
    expect(await handshake(posing, forHas, calledBy)).toMatch(refused);
    expect(await handshake(other, await constrainedAuthority(authority, ofBoth), calledBy)).toBe('accepted');
  });
});

describe('a serving certificate', () => {
  test('says whom it is for, and is valid for a year', () => {
    expect(readCertificate(serving.certificate)?.names).toEqual(['mirror-quay.io', '10.0.0.7', 'FD00:0:0:0:0:0:0:7']);
    const life = (readCertificate(serving.certificate)?.notAfter.getTime() ?? 0) - now;
    expect(Math.round(life / dayMs)).toBe(365);
  });

  test.each([
    { usages: undefined, isForServers: true, says: 'accepted' },
    { usages: [serverAuth], isForServers: true, says: 'accepted' },
    { usages: [clientAuth], isForServers: false, says: 'unsuitable certificate purpose' },
    // Container runtimes are written in Go, which takes it for any use; OpenSSL does not.
    { usages: [anyUsage], isForServers: true, says: 'unsuitable certificate purpose' },
  ])('of others with extendedKeyUsage $usages: $says', async ({ usages, isForServers, says }) => {
    const pair = await madeCertificate({ usages });
    expect(readCertificate(pair.certificate)).toMatchObject({ isForServers });
    expect(await handshake(pair, pair.certificate, 'mirror-quay.io')).toBe(says);
  });

  test('never outlives its CA', async () => {
    const late = authority.notAfter.getTime() - 10 * dayMs;
    const last = await signServingCertificate(authority, names, late);
    expect(readCertificate(last.certificate)?.notAfter).toEqual(authority.notAfter);
  });

  test('is left alone while it is good, in whatever order names come', () => {
    expect(renewalReason(serving, names.toReversed(), present(), now)).toBeUndefined();
    expect(renewalReason(serving, names, present(), now + 240 * dayMs)).toBeUndefined();
  });

  test('is made anew after two thirds of its life', () => {
    expect(renewalReason(serving, names, present(), now + 244 * dayMs)).toMatch(/^it ends at \d{4}-/);
    expect(renewalTime({ notBefore: new Date(0), notAfter: new Date(900) })).toBe(600);
  });

  test('is kept when it lasts as long as its CA: another one would end no later', async () => {
    const late = authority.notAfter.getTime() - 60_000;
    const last = await signServingCertificate(authority, names, late);
    expect(renewalReason(last, names, present(), late)).toBeUndefined();
  });

  test('is made anew when another is wanted', async () => {
    const other = await constrainedAuthority(await readAuthority(await createAuthority(now)), names);
    expect(renewalReason(serving, names, present(), now - dayMs)).toMatch(/^it is not valid before \d{4}-/);
    expect(renewalReason(serving, names, { ...present(), anchor: other }, now)).toBe(
      'it is not signed by the present CA',
    );
    expect(renewalReason(serving, ['mirror-quay.io'], present(), now)).toBe(
      'it is valid for 10.0.0.7, fd00::7, mirror-quay.io, not for mirror-quay.io',
    );
  });
});

describe('a CA', () => {
  test('lives for ten years', () => {
    expect(Math.round((authority.notAfter.getTime() - now) / dayMs)).toBe(3650);
  });

  test('with the key of another is refused', async () => {
    const other = await createAuthority(now);
    const mixed = { certificate: authority.certificate, key: other.key };
    await expect(readAuthority(mixed)).rejects.toThrow(
      'cannot sign with the CA: its key is not that of its certificate',
    );
  });

  test("of one's own is read", async () => {
    const both = KeyUsageFlags.keyCertSign + KeyUsageFlags.cRLSign;
    for (const keyUsage of [undefined, KeyUsageFlags.keyCertSign, both]) {
      const pair = await madeCertificate({ isCA: true, ...(keyUsage !== undefined && { keyUsage }) });
      expect(await readAuthority(pair)).toMatchObject({ ...pair, subject: 'CN=Theirs' });
    }
  });

  test.each<{ title: string; traits: Parameters<typeof madeCertificate>[0]; says: string }>([
    {
      title: 'with an RSA key',
      traits: { isCA: true, algorithm: rsa(2048) },
      says: 'its key is of the kind rsa, and has to be ECDSA P-256',
    },
    {
      title: 'with a key on another curve',
      traits: { isCA: true, algorithm: ecdsa('P-384') },
      says: 'its key is of the kind ec secp384r1, and has to be ECDSA P-256',
    },
    {
      title: 'that is none',
      traits: { isCA: false },
      says: 'its certificate is not that of a CA (CA:TRUE, keyCertSign)',
    },
    {
      title: 'that may not sign certificates',
      traits: { isCA: true, keyUsage: KeyUsageFlags.digitalSignature },
      says: 'its certificate is not that of a CA (CA:TRUE, keyCertSign)',
    },
  ])('$title is refused', async ({ traits, says }) =>
    expect(readAuthority(await madeCertificate(traits))).rejects.toThrow(`cannot sign with the CA: ${says}`),
  );
});

/** What a client that trusts `ca` makes of a server with this certificate, called by this name. */
async function handshake({ certificate, key }: KeyPair, ca: string, name: string): Promise<string> {
  const server = createServer({ cert: certificate, key });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = addressShape.parse(server.address());
  const { promise, resolve } = Promise.withResolvers<string>();
  const client = connect({
    port,
    host: '127.0.0.1',
    ca,
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
  });
  client.once('secureConnect', () => resolve('accepted'));
  client.once('error', (error: Error) => resolve(error.message));
  const outcome = await promise;
  client.destroy();
  server.close();
  return outcome;
}
