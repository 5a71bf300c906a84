import { webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from './x509.ts';
import {
  anchorId,
  type Authority,
  backdatedMs,
  type KeyPair,
  privateKeyText,
  serverAuth,
  signingAlgorithm,
} from './authority.ts';

const lifeMs = 365 * 86_400_000;
const anyUsage = '2.5.29.37.0';

/**
 * Signs a certificate, valid for a year and for these names.
 *
 * @param anchor which of the CA's certificates is to vouch for it: that for the same names
 */
export async function signServingCertificate(
  authority: Authority,
  names: readonly string[],
  now: number,
  anchor = anchorId(authority, names),
): Promise<ReadPair> {
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const signed = await X509CertificateGenerator.create({
    subject: 'O=Entrepot',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm,
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(endOfNew(authority, now)),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      new AuthorityKeyIdentifierExtension(anchor),
    ],
  });
  const certificate = `${signed.toString('pem')}\n`;
  return { certificate, key: await privateKeyText(keys), facts: factsOf(new X509Certificate(certificate)) };
}

/** When a certificate signed now would end: no certificate outlives its CA. */
export function endOfNew(authority: Authority, now: number): number {
  return Math.min(now + lifeMs, authority.notAfter.getTime());
}

/** Facts about a certificate that stand in it. */
export interface CertificateFacts {
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Whether it may be used by servers, as far as its extendedKeyUsage goes. */
  readonly isForServers: boolean;
}

/** A certificate with its key, and what stands in the certificate. */
export interface ReadPair extends KeyPair {
  readonly facts: CertificateFacts;
}

/** Reads a certificate; undefined where it is none. */
export function readCertificate(pem: string): CertificateFacts | undefined {
  try {
    return factsOf(new X509Certificate(pem));
  } catch {
    return undefined;
  }
}

/** What stands in a certificate. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .filter((name) => name !== '')
    .map((name) => name.replace(/^(DNS|IP Address):/, ''));
  return {
    names,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    isForServers: isForServers(certificate),
  };
}

/** As Go has it, in which container runtimes are written. Node calls the extendedKeyUsage `keyUsage`. */
function isForServers({ keyUsage }: { readonly keyUsage: readonly string[] | undefined }): boolean {
  return keyUsage === undefined || keyUsage.includes(serverAuth) || keyUsage.includes(anyUsage);
}

/** The names that a certificate is not valid for. As container runtimes see it, `*` stands for a whole first label. */
export function uncoveredNames(
  { names }: Pick<CertificateFacts, 'names'>,
  wanted: readonly string[],
): readonly string[] {
  const covered = new Set(canonical(names));
  const isCovered = (name: string): boolean =>
    covered.has(name) || (isIP(name) === 0 && covered.has(name.replace(/^[^.]+/, '*')));
  return canonical(wanted).filter((name) => !isCovered(name));
}

/** When a certificate is to be replaced: after two thirds of its life. */
export function renewalTime({ notBefore, notAfter }: Pick<CertificateFacts, 'notBefore' | 'notAfter'>): number {
  return notBefore.getTime() + ((notAfter.getTime() - notBefore.getTime()) * 2) / 3;
}

/**
 * Why a serving certificate has to be made anew, as a sentence; undefined while it is good.
 *
 * @param anchor the CA's certificate for these names
 */
export function renewalReason(
  { certificate, facts }: Pick<ReadPair, 'certificate' | 'facts'>,
  names: readonly string[],
  { anchor, notAfter }: { readonly anchor: string; readonly notAfter: Date },
  now: number,
): string | undefined {
  if (!isSignedBy(certificate, anchor)) return 'it is not signed by the present CA';
  const has = canonical(facts.names).toSorted();
  const wants = canonical(names).toSorted();
  if (has.join() !== wants.join()) return `it is valid for ${has.join(', ')}, not for ${wants.join(', ')}`;
  if (facts.notBefore.getTime() > now) return `it is not valid before ${facts.notBefore.toISOString()}`;
  // One that lasts as long as its CA cannot be bettered.
  const isBest = facts.notAfter.getTime() >= notAfter.getTime();
  return isBest || now < renewalTime(facts) ? undefined : `it ends at ${facts.notAfter.toISOString()}`;
}

function isSignedBy(certificate: string, anchor: string): boolean {
  const [signed, signer] = [new X509Certificate(certificate), new X509Certificate(anchor)];
  return signed.checkIssued(signer) && signed.verify(signer.publicKey);
}

/** IPv6 addresses are written in several ways, and names in any case. */
function canonical(names: readonly string[]): readonly string[] {
  return names.map((name) =>
    isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase(),
  );
}
