import type { KubernetesObject } from '@entrepot/kube';
import { anchorsOf, certificatesIn } from './anchors.ts';
import { type Authority, constrainedAuthority, isConstrained } from './authority.ts';
import { type CertificateFlaw, flawOf } from './certificate-flaw.ts';
import { readPair } from './read-pair.ts';
import { textsOf } from './secret-texts.ts';
import { endOfNew, type ReadPair, renewalReason, renewalTime, signServingCertificate } from './serving-certificate.ts';
import type { ServingSecret } from './serving-secret.ts';

/** A certificate that a mirror is to serve with. */
export interface WantedCertificate {
  /** What nodes have to trust for it. */
  readonly anchors: readonly string[];
  readonly notAfter: number;
  /** Whether it is what is served already. */
  readonly isServed: boolean;
  /** When it is to be looked at again, served or not. */
  readonly renewAt?: number;
  /** What is to be served; one of our own is signed only then. */
  pair(): Promise<ReadPair>;
}

/** Why a certificate cannot be had or used: a reason for the condition, and a sentence. */
export interface CertificateProblem {
  readonly reason: string;
  readonly message: string;
}

/** What is to become of a mirror's certificate. */
export interface CertificateWish {
  /** What is to be served; undefined where what is served is better, whatever that is. */
  readonly wanted?: WantedCertificate;
  readonly problem?: CertificateProblem;
  /** When time alone changes it. */
  readonly checkAt?: number;
}

/** A certificate of our own CA. Its anchor is kept when it is there already: made anew, it would be another one. */
export async function ownCertificate(
  authority: Authority,
  names: readonly string[],
  { pair, bundle }: ServingSecret,
  now: number,
): Promise<WantedCertificate> {
  const anchor =
    bundle.find((pem) => isConstrained(pem, authority, names)) ?? (await constrainedAuthority(authority, names));
  const { notAfter } = authority;
  const isServed = pair !== undefined && renewalReason(pair, names, { anchor, notAfter }, now) === undefined;
  const facts = isServed ? pair.facts : undefined;
  return {
    anchors: [anchor],
    notAfter: facts?.notAfter.getTime() ?? endOfNew(authority, now),
    isServed,
    ...(facts !== undefined && { renewAt: renewalTime(facts) }),
    pair: () => signServingCertificate(authority, names, now),
  };
}

/**
 * The certificate in a Secret of somebody else's. One that is no use is not changed to: whatever is served before is better.
 *
 * @param title which Secret that is
 * @param servingNames names it has to be valid for
 */
export function givenCertificate(
  title: string,
  secret: KubernetesObject | undefined,
  servingNames: readonly string[],
  present: ServingSecret,
  now: number,
): CertificateWish {
  if (secret === undefined) {
    return { problem: { reason: 'CertificateMissing', message: `${title} does not exist` } };
  }
  const texts = textsOf(secret);
  const reading = readPair(texts);
  if ('problem' in reading) {
    const { reason, message } = reading.problem;
    return { problem: { reason, message: `${title}: ${message}` } };
  }
  const { pair } = reading;
  const { facts } = pair;
  const isServed = pair.certificate === present.pair?.certificate && pair.key === present.pair.key;
  const wanted = {
    anchors: anchorsOf(pair.certificate, certificatesIn(texts['ca.crt'] ?? '')),
    notAfter: facts.notAfter.getTime(),
    isServed,
    pair: () => Promise.resolve(pair),
  };
  const flaw = flawOf(facts, servingNames, now);
  return {
    ...(!isBetter(present, flaw, servingNames, now) && { wanted }),
    ...(flaw !== undefined && { problem: { reason: flaw.reason, message: `${title} ${flaw.message}` } }),
    ...(flaw?.endsAt !== undefined && { checkAt: flaw.endsAt }),
  };
}

/** Whether what is served has less of a flaw than another certificate. */
function isBetter(
  { pair }: ServingSecret,
  flaw: CertificateFlaw | undefined,
  servingNames: readonly string[],
  now: number,
): boolean {
  if (pair === undefined || flaw === undefined) return false;
  const servedFlaw = flawOf(pair.facts, servingNames, now);
  return servedFlaw === undefined || (flaw.isFatal && !servedFlaw.isFatal);
}
