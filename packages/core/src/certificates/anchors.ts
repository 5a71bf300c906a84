import { X509Certificate } from 'node:crypto';

const certificateForm = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, each once and ended by a newline; what cannot be read is left out. */
export function certificatesIn(pem: string): readonly string[] {
  const found = (pem.match(certificateForm) ?? []).filter((text) => parse(text) !== undefined);
  return [...new Set(found.map((text) => `${text}\n`))];
}

/**
 * The certificates by which a client trusts a served one: those of its CAs that vouch for it. Where none does, it is
 * trusted for its own sake, with the certificates served beside it, as mirror-operator has it.
 *
 * @param served a PEM text, the server's certificate first
 */
export function anchorsOf(served: string, authorities: readonly string[]): readonly string[] {
  const vouching = authorities.filter((anchor) => vouches(anchor, served));
  return vouching.length > 0 ? vouching : certificatesIn(served);
}

/** Whether whoever trusts this certificate alone trusts what is served. Times and names are left aside. */
export function vouches(anchor: string, served: string): boolean {
  const trusted = parse(anchor);
  const [leaf, ...others] = certificatesIn(served).flatMap((pem) => parse(pem) ?? []);
  return trusted !== undefined && leaf !== undefined && leadsTo(leaf, trusted, others);
}

function leadsTo(from: X509Certificate, anchor: X509Certificate, between: readonly X509Certificate[]): boolean {
  if (from.raw.equals(anchor.raw) || isIssuedBy(from, anchor)) return true;
  return between.some(
    (next) =>
      isIssuedBy(from, next) &&
      leadsTo(
        next,
        anchor,
        between.filter((other) => other !== next),
      ),
  );
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}
