import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { type KeyPair, privateKeyText, serverAuth } from '../../src/certificates/authority.ts';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '../../src/certificates/x509.ts';

export const ecdsa = (namedCurve: string) => ({ name: 'ECDSA', namedCurve, hash: 'SHA-256' });

export const rsa = (modulusLength: number, hash = 'SHA-256') => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash,
});

interface CertificateTraits {
  readonly names?: readonly string[];
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Object identifiers of the extendedKeyUsage; undefined: there is none. */
  readonly usages?: readonly string[] | undefined;
  readonly isCA?: boolean;
  readonly keyUsage?: KeyUsageFlags;
  readonly algorithm?: ReturnType<typeof ecdsa> | ReturnType<typeof rsa>;
  /** Another than the certificate itself. */
  readonly issuer?: string;
}

/** A certificate as others make them, good in all that is not said; signed with its own key. */
export async function madeCertificate(traits: CertificateTraits = {}): Promise<KeyPair> {
  const {
    names = ['mirror-quay.io'],
    algorithm = ecdsa('P-256'),
    isCA = false,
    issuer = 'CN=Theirs',
    keyUsage,
  } = traits;
  const { notBefore = Date.now() - 60_000, notAfter = Date.now() + 365 * 86_400_000 } = traits;
  const usages = 'usages' in traits ? traits.usages : [serverAuth];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=Theirs',
    issuer,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    extensions: [
      new BasicConstraintsExtension(isCA, undefined, true),
      ...(keyUsage === undefined ? [] : [new KeyUsagesExtension(keyUsage, true)]),
      ...(usages === undefined ? [] : [new ExtendedKeyUsageExtension([...usages])]),
      ...(names.length === 0 ? [] : [alternativeNames(names)]),
    ],
  });
  return { certificate: `${certificate.toString('pem')}\n`, key: await privateKeyText(keys) };
}

function alternativeNames(names: readonly string[]): SubjectAlternativeNameExtension {
  return new SubjectAlternativeNameExtension(
    names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
  );
}
