import { createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KeyPair } from '../../src/certificates/authority.ts';
import { readPair } from '../../src/certificates/read-pair.ts';
import { madeCertificate, rsa } from '../support/made-certificate.ts';

interface Pairs {
  readonly good: KeyPair;
  readonly other: KeyPair;
  readonly rsa: KeyPair;
  readonly short: KeyPair;
  /** Signed by SHA-1, by somebody else and by itself. */
  readonly old: KeyPair;
  readonly oldRoot: KeyPair;
}
let pairs: Pairs;
beforeAll(async () => {
  const [good, other] = [await madeCertificate(), await madeCertificate()];
  const old = { algorithm: rsa(2048, 'SHA-1') };
  pairs = {
    good,
    other,
    rsa: await madeCertificate({ algorithm: rsa(2048) }),
    short: await madeCertificate({ algorithm: rsa(1024) }),
    old: await madeCertificate({ ...old, issuer: 'CN=Another' }),
    oldRoot: await madeCertificate(old),
  };
});

/** Changes characters in the middle of the last block. */
const broken = (pem: string): string =>
  pem.replace(/\n.{20}(?=[^\n]*\n[^\n]*\n-----END[^\n]*\n*$)/, '\n!!!!!!!!!!!!!!!!!!!!');
const cut = (pem: string): string => pem.replace(/-----END .*\n*$/, '');
const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
const key = (pem: string, type: 'sec1' | 'pkcs1' | 'pkcs8', isEncrypted = false): string =>
  createPrivateKey(pem)
    .export({ type, format: 'pem', ...(isEncrypted && { cipher: 'aes-128-cbc', passphrase: 'open' }) })
    .toString();
type Texts = (pairs: Pairs) => { readonly 'tls.crt'?: string; readonly 'tls.key'?: string };
const texts = (certificate: string, key: string) => ({ 'tls.crt': certificate, 'tls.key': key });

describe('a server can be started with', () => {
  test.each<{ title: string; of: Texts }>([
    { title: 'a certificate and its key', of: ({ good }) => texts(good.certificate, good.key) },
    { title: 'RSA', of: (all) => texts(all.rsa.certificate, all.rsa.key) },
    { title: 'a chain', of: ({ good, other }) => texts(`${good.certificate}${other.certificate}`, good.key) },
    {
      title: 'what people write between blocks',
      of: ({ good, other }) => texts(`# ours\n${good.certificate}\n# theirs\r\n${other.certificate}\nend\n`, good.key),
    },
    { title: 'other line ends', of: ({ good }) => texts(good.certificate.replaceAll('\n', ' \r\n'), good.key) },
    { title: 'keys beside certificates', of: ({ good }) => texts(`${good.key}${good.certificate}`, good.key) },
    {
      title: 'an encrypted key beside certificates',
      of: (all) => texts(`${all.rsa.certificate}${key(all.rsa.key, 'pkcs1', true)}`, all.rsa.key),
    },
    {
      title: 'EC parameters before the key',
      of: ({ good }) => texts(good.certificate, `${parameters}${key(good.key, 'sec1')}`),
    },
    { title: 'a PKCS #1 key', of: (all) => texts(all.rsa.certificate, key(all.rsa.key, 'pkcs1')) },
    { title: 'a second key', of: ({ good, other }) => texts(good.certificate, `${good.key}${other.key}`) },
    {
      title: 'a root with an old signature, at which nobody looks',
      of: ({ good, oldRoot }) => texts(`${good.certificate}${oldRoot.certificate}`, good.key),
    },
  ])('$title', ({ of }) => {
    const given = of(pairs);
    expect(readPair(given)).toMatchObject({
      pair: { certificate: given['tls.crt'], key: given['tls.key'], facts: { names: ['mirror-quay.io'] } },
    });
    expect(() => start(given)).not.toThrow();
  });
});

describe('no server can be started with', () => {
  test.each<{ title: string; of: Texts; says: string }>([
    { title: 'nothing', of: () => ({}), says: 'CertificateMissing: tls.crt holds no certificate' },
    {
      title: 'a key alone',
      of: ({ good }) => texts(good.key, good.key),
      says: 'CertificateMissing: tls.crt holds no certificate',
    },
    {
      title: 'a certificate alone',
      of: ({ good }) => texts(good.certificate, ''),
      says: 'CertificateMissing: tls.key holds no private key',
    },
    {
      title: 'a certificate with an error',
      of: ({ good }) => texts(broken(good.certificate), good.key),
      says: 'CertificateUnusable: tls.crt holds a certificate that cannot be read (block 1)',
    },
    {
      title: 'an error in the second certificate',
      of: ({ good, other }) => texts(`${good.certificate}${broken(other.certificate)}`, good.key),
      says: 'CertificateUnusable: tls.crt holds a certificate that cannot be read (block 2)',
    },
    {
      title: 'a second certificate that lacks its end',
      of: ({ good, other }) => texts(`${good.certificate}${cut(other.certificate)}`, good.key),
      says: 'CertificateUnusable: tls.crt holds a certificate that cannot be read (block 2)',
    },
    {
      title: 'something else in place of the second certificate',
      of: ({ good }) =>
        texts(`${good.certificate}-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n`, good.key),
      says: 'CertificateUnusable: tls.crt holds a certificate that cannot be read (block 2)',
    },
    {
      title: 'an error in something else than a certificate',
      of: ({ good, other }) => texts(`${good.certificate}${broken(other.key)}`, good.key),
      says: 'CertificateUnusable: tls.crt holds something that cannot be read (block 2)',
    },
    {
      title: 'a short RSA key',
      of: ({ short }) => texts(short.certificate, short.key),
      says: 'CertificateUnusable: tls.crt holds a certificate with an RSA key of 1024 bits, where servers and clients want at least 2048 (block 1)',
    },
    {
      title: 'a CA with a short RSA key',
      of: ({ good, short }) => texts(`${good.certificate}${short.certificate}`, good.key),
      says: 'CertificateUnusable: tls.crt holds a certificate with an RSA key of 1024 bits, where servers and clients want at least 2048 (block 2)',
    },
    {
      title: 'a key with an error',
      of: ({ good }) => texts(good.certificate, broken(good.key)),
      says: 'CertificateUnusable: tls.key cannot be read',
    },
    {
      title: 'an encrypted key',
      of: ({ good }) => texts(good.certificate, key(good.key, 'pkcs8', true)),
      says: 'CertificateUnusable: tls.key is encrypted, and servers know no passphrase',
    },
    {
      title: 'an encrypted key of the older kind',
      of: (all) => texts(all.rsa.certificate, key(all.rsa.key, 'pkcs1', true)),
      says: 'CertificateUnusable: tls.key is encrypted, and servers know no passphrase',
    },
    {
      title: "another's key",
      of: ({ good, other }) => texts(good.certificate, other.key),
      says: 'CertificateUnusable: tls.key is not the key of the certificate in tls.crt',
    },
  ])('$title', ({ of, says }) => {
    expect(said(of(pairs))).toBe(says);
    expect(() => start(of(pairs))).toThrow(/^error:/);
  });

  test('a certificate that a CA signed by SHA-1, though OpenSSL has builds that allow it', () =>
    expect(said(texts(pairs.old.certificate, pairs.old.key))).toBe(
      'CertificateUnusable: tls.crt holds a certificate signed by sha1WithRSAEncryption, which servers and clients refuse (block 1)',
    ));
});

test('a first certificate that lacks its end is refused: OpenSSL would pass over the next one', () => {
  const { good, other } = pairs;
  expect(said(texts(`${cut(good.certificate)}${other.certificate}`, good.key))).toBe(
    'CertificateUnusable: tls.crt holds a certificate that cannot be read (block 1)',
  );
});

function said(given: ReturnType<Texts>): string {
  const reading = readPair(given);
  return 'problem' in reading ? `${reading.problem.reason}: ${reading.problem.message}` : 'it is good';
}

/** Reads a pair as OpenSSL does for a server. */
function start({ 'tls.crt': cert = '', 'tls.key': key = '' }: ReturnType<Texts>): void {
  if (cert === '' || key === '') throw new Error('error: no start line');
  createSecureContext({ cert, key, ciphers: 'DEFAULT@SECLEVEL=2' });
}
