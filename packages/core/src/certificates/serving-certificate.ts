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
  type Authority,
  backdatedMs,
  constrainedAuthority,
  type KeyPair,
  privateKeyText,
  serverAuth,
  signingAlgorithm,
} from './authority.ts';

const lifeMs = 365 * 86_400_000;

/** What a mirror serves with, and what nodes trust it by. */
export interface ServingCertificate extends KeyPair {
  readonly authority: string;
}

/** Signs a certificate with a key of its own, valid for a year and for these names. */
export async function signServingCertificate(
  authority: Authority,
  names: readonly string[],
  now: number,
): Promise<ServingCertificate> {
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.create({
    subject: 'O=Entrepot',
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm,
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(Math.min(now + lifeMs, authority.notAfter.getTime())),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      await AuthorityKeyIdentifierExtension.create(authority.keys.publicKey),
    ],
  });
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: await privateKeyText(keys),
    authority: await constrainedAuthority(authority, names),
  };
}

/** Facts about a certificate that stand in it. */
export interface CertificateFacts {
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Reads a certificate; undefined where it is none. */
export function readCertificate(pem: string): CertificateFacts | undefined {
  try {
    const parsed = new X509Certificate(pem);
    const names = (parsed.subjectAltName ?? '')
      .split(', ')
      .filter((name) => name !== '')
      .map((name) => name.replace(/^(DNS|IP Address):/, ''));
    return { names, notBefore: new Date(parsed.validFrom), notAfter: new Date(parsed.validTo) };
  } catch {
    return undefined;
  }
}

/** The host names that a certificate is not valid for. As container runtimes see it, `*` stands for a whole first label. */
export function uncoveredNames({ names }: CertificateFacts, wanted: readonly string[]): readonly string[] {
  const covered = new Set(names.map((name) => name.toLowerCase()));
  return wanted.filter((name) => !covered.has(name) && !covered.has(name.replace(/^[^.]+/, '*')));
}

/** When a certificate is to be replaced: after two thirds of its life. */
export function renewalTime({ notBefore, notAfter }: Omit<CertificateFacts, 'names'>): number {
  return notBefore.getTime() + ((notAfter.getTime() - notBefore.getTime()) * 2) / 3;
}

/** Why a serving certificate has to be made anew, as a sentence; undefined while it is good. */
export function renewalReason(
  current: ServingCertificate | undefined,
  names: readonly string[],
  authority: Authority,
  now: number,
): string | undefined {
  if (current === undefined) return 'there is none';
  const facts = readCertificate(current.certificate);
  if (facts === undefined) return 'it cannot be read';
  if (!isSignedBy(current.certificate, authority) || !isSignedBy(current.authority, authority)) {
    return 'it is not signed by the present CA';
  }
  const has = canonical(facts.names);
  const wants = canonical(names);
  if (has.join() !== wants.join()) return `it is valid for ${has.join(', ')}, not for ${wants.join(', ')}`;
  // No certificate outlives its CA: one that lasts as long cannot be bettered.
  const isBest = facts.notAfter.getTime() >= authority.notAfter.getTime();
  return isBest || now < renewalTime(facts) ? undefined : `it ends at ${facts.notAfter.toISOString()}`;
}

function isSignedBy(pem: string, authority: Authority): boolean {
  try {
    return new X509Certificate(pem).verify(new X509Certificate(authority.certificate).publicKey);
  } catch {
    return false;
  }
}

/** IPv6 addresses are written in several ways. */
function canonical(names: readonly string[]): readonly string[] {
  return names.map((name) => (isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name)).toSorted();
}
