import { createHash, createPrivateKey, createPublicKey, webcrypto, X509Certificate } from 'node:crypto';
import { TerminalError } from '@entrepot/kube';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from './x509.ts';
import { nameConstraintsExtension } from './name-constraints.ts';

export const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
export const serverAuth = '1.3.6.1.5.5.7.3.1';
const lifeMs = 10 * 365 * 86_400_000;
const ownSubject = 'CN=Entrepot mirrors';
/** Clocks of nodes may be behind. */
export const backdatedMs = 5 * 60_000;

/** A certificate and its key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** The CA that signs the mirrors' serving certificates. */
export interface Authority extends KeyPair {
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Makes a new CA: ECDSA P-256, ten years, for servers' certificates only. By its subject it is known for one of ours. */
export async function createAuthority(now: number, subject = ownSubject): Promise<KeyPair> {
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const certificate = await selfSigned({
    subject,
    keys,
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(now + lifeMs),
  });
  return { certificate, key: await privateKeyText(keys) };
}

/**
 * Reads a CA.
 *
 * @throws TerminalError `UnusableAuthority` when it is none
 */
export async function readAuthority(pair: KeyPair): Promise<Authority> {
  try {
    const parsed = new X509Certificate(pair.certificate);
    const key = createPrivateKey(pair.key);
    const { asymmetricKeyType, asymmetricKeyDetails } = key;
    if (asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
      const kind = [asymmetricKeyType, asymmetricKeyDetails?.namedCurve].filter((word) => word !== undefined).join(' ');
      throw new Error(`its key is of the kind ${kind}, and has to be ECDSA P-256`);
    }
    if (!parsed.checkPrivateKey(key)) throw new Error('its key is not that of its certificate');
    if (!parsed.ca) throw new Error('its certificate is not that of a CA (CA:TRUE, keyCertSign)');
    const keys = await importKeys(pair.key);
    const { subject, validFrom, validTo } = parsed;
    return { ...pair, subject, keys, notBefore: new Date(validFrom), notAfter: new Date(validTo) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TerminalError('UnusableAuthority', `cannot sign with the CA: ${why}`, { cause });
  }
}

/** Whether a CA was made here, so that it may be replaced; one that a user provides is the user's. */
export function isOwnAuthority(authority: Authority): boolean {
  return authority.subject === ownSubject;
}

/**
 * The CA's certificate for nodes of one mirror: the same key, but good for these names only. A node that trusts it
 * trusts nothing else that the CA may ever sign.
 */
export function constrainedAuthority(authority: Authority, names: readonly string[]): Promise<string> {
  return selfSigned(authority, anchorId(authority, names), nameConstraintsExtension(names));
}

/**
 * The key identifier, and serial number, of the CA's certificate for these names. Certificates of one key and one subject are
 * told apart by it: some TLS libraries try only one of those that might have signed, not all.
 */
export function anchorId({ certificate }: KeyPair, names: readonly string[]): string {
  const hash = createHash('sha256')
    .update([certificate, ...names.toSorted()].join('\n'))
    .digest('hex');
  // A serial number has at most 20 bytes, and is positive.
  return `40${hash.slice(0, 38)}`;
}

/** Whether a certificate is what {@link constrainedAuthority} made of this CA for these names. */
export function isConstrained(pem: string, authority: Authority, names: readonly string[]): boolean {
  try {
    const anchor = new X509Certificate(pem);
    const isNamed = anchor.serialNumber.toLowerCase() === anchorId(authority, names);
    return isNamed && anchor.verify(new X509Certificate(authority.certificate).publicKey);
  } catch {
    return false;
  }
}

async function selfSigned(
  { subject, keys, notBefore, notAfter }: Omit<Authority, keyof KeyPair>,
  id?: string,
  ...further: readonly Extension[]
): Promise<string> {
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: subject,
    ...(id !== undefined && { serialNumber: id }),
    keys,
    notBefore,
    notAfter,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      new ExtendedKeyUsageExtension([serverAuth]),
      id === undefined
        ? await SubjectKeyIdentifierExtension.create(keys.publicKey)
        : new SubjectKeyIdentifierExtension(id),
      ...further,
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** Both keys of a private key in PEM. Rejects where it is not of our kind. */
async function importKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const key = createPrivateKey(pem);
  const importKey = (der: Buffer, format: 'pkcs8' | 'spki', usage: 'sign' | 'verify') =>
    webcrypto.subtle.importKey(format, der, signingAlgorithm, true, [usage]);
  return {
    privateKey: await importKey(key.export({ type: 'pkcs8', format: 'der' }), 'pkcs8', 'sign'),
    publicKey: await importKey(createPublicKey(key).export({ type: 'spki', format: 'der' }), 'spki', 'verify'),
  };
}

/** The private key of a pair in PEM. */
export async function privateKeyText(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
}
