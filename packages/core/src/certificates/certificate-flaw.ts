import { rfc3339 } from '../api/rfc3339.ts';
import { type CertificateFacts, uncoveredNames } from './serving-certificate.ts';

/** Why clients refuse a certificate that a server can be started with. */
export interface CertificateFlaw {
  /** A reason for a condition. */
  readonly reason: string;
  /** A sentence that lacks its subject. */
  readonly message: string;
  /** Whether it is refused by whatever name the mirror is called. */
  readonly isFatal: boolean;
  /** When time alone takes the flaw away; in milliseconds. */
  readonly endsAt?: number;
}

/**
 * What is wrong with a certificate, be it served or to be served; undefined while it is good. Pure.
 *
 * No clock is taken to be wrong: what is not valid yet is changed to as soon as it is, and nothing is lost by that.
 *
 * @param servingNames the names by which the mirror is called
 */
export function flawOf(
  facts: CertificateFacts,
  servingNames: readonly string[],
  now: number,
): CertificateFlaw | undefined {
  const { names, notBefore, notAfter } = facts;
  const startsAt = notBefore.getTime();
  if (notAfter.getTime() <= now) {
    return { reason: 'CertificateExpired', message: `was valid until ${rfc3339(notAfter)}`, isFatal: true };
  }
  if (startsAt > now) {
    const message = `is not valid before ${rfc3339(notBefore)}`;
    return { reason: 'CertificateNotYetValid', message, isFatal: true, endsAt: startsAt };
  }
  if (!facts.isForServers) {
    const message = 'is not for servers: its extendedKeyUsage lacks serverAuth';
    return { reason: 'CertificateUnusable', message, isFatal: true };
  }
  const uncovered = uncoveredNames(facts, servingNames);
  if (uncovered.length === 0) return undefined;
  const message =
    names.length === 0
      ? `has no subjectAltName, where clients look for ${uncovered.join(', ')}`
      : `is valid for ${names.join(', ')}, not for ${uncovered.join(', ')}`;
  return { reason: 'CertificateMismatch', message, isFatal: uncovered.length === servingNames.length };
}
