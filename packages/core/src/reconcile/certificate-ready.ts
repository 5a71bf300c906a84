import { rfc3339 } from '../api/rfc3339.ts';
import type { CertificateOutcome } from '../certificates/certificate-keeper.ts';
import type { Statement } from './conditions.ts';

/** Says whether a mirror serves a valid certificate, and how far the change to another one is. Pure. */
export function certificateReady(outcome: CertificateOutcome | undefined): Omit<Statement, 'type'> {
  if (outcome === undefined) return { status: 'False', reason: 'Pending', message: 'it is not its turn yet' };
  const { choice, served, problem, isWaiting, isHasty } = outcome;
  if (served === undefined) {
    const message = `Secret ${choice.secretName} is not made yet`;
    return { status: 'False', ...(problem ?? { reason: 'Pending', message }) };
  }
  const isSettled = problem === undefined && !isWaiting;
  // Users know the Secret that they gave.
  const secret = `Secret ${choice.source === 'user' && isSettled ? choice.givenSecret : choice.secretName}`;
  const end = rfc3339(served.notAfter);
  if (served.flaw !== undefined) {
    const { reason, message } = served.flaw;
    return { status: 'False', ...(problem ?? { reason, message: `${secret} ${message}` }) };
  }
  if (isHasty) {
    const message = `${secret}, valid until ${end}, is served though some nodes have not said that they trust it: what was served before was about to end`;
    return { status: 'False', reason: 'ServedWithoutNodes', message };
  }
  if (problem !== undefined) {
    const message = `${problem.message}; what was served before is served still, until ${end}`;
    return { status: 'True', reason: problem.reason, message };
  }
  if (isWaiting) {
    const message = `${secret} is valid until ${end}; another certificate is served as soon as every node trusts it`;
    return { status: 'True', reason: 'WaitingForNodes', message };
  }
  const reason = choice.source === 'user' ? 'Provided' : 'Issued';
  return { status: 'True', reason, message: `${secret} is valid until ${end}` };
}
