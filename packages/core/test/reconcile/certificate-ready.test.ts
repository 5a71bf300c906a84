import { expect, test } from 'vitest';
import type { CertificateOutcome } from '../../src/certificates/certificate-keeper.ts';
import { certificateReady } from '../../src/reconcile/certificate-ready.ts';

const notAfter = new Date('2027-01-01T00:00:00Z');
const secretName = 'registry-mirror-quay-tls';
const common = { secretName, servingNames: ['mirror-quay.io'], names: [], isForNodes: true, isTentative: false };
const own: CertificateOutcome = {
  choice: { ...common, source: 'own' },
  served: { notAfter },
  isWaiting: false,
  isHasty: false,
};
const user: CertificateOutcome = {
  ...own,
  choice: { ...common, source: 'user', givenSecret: 'given', givenBy: 'field' },
};
const { served: _served, ...unserved } = user;
const flaw = { reason: 'CertificateExpired', message: 'was valid until 2026-02-02T02:02:02Z', isFatal: true };
const problem = { reason: 'CertificateMissing', message: 'Secret given does not exist' };

test.each<[outcome: CertificateOutcome | undefined, says: string]>([
  [undefined, 'False Pending: it is not its turn yet'],
  [own, 'True Issued: Secret registry-mirror-quay-tls is valid until 2027-01-01T00:00:00Z'],
  [user, 'True Provided: Secret given is valid until 2027-01-01T00:00:00Z'],
  [unserved, 'False Pending: Secret registry-mirror-quay-tls is not made yet'],
  [{ ...unserved, problem }, 'False CertificateMissing: Secret given does not exist'],
  [
    { ...user, problem },
    'True CertificateMissing: Secret given does not exist; what was served before is served still, until 2027-01-01T00:00:00Z',
  ],
  [
    { ...user, isWaiting: true },
    'True WaitingForNodes: Secret registry-mirror-quay-tls is valid until 2027-01-01T00:00:00Z; another certificate is served as soon as every node trusts it',
  ],
  [
    { ...own, isHasty: true },
    'False ServedWithoutNodes: Secret registry-mirror-quay-tls, valid until 2027-01-01T00:00:00Z, is served though some nodes have not said that they trust it: what was served before was about to end',
  ],
  [
    { ...own, served: { notAfter, flaw } },
    'False CertificateExpired: Secret registry-mirror-quay-tls was valid until 2026-02-02T02:02:02Z',
  ],
  [
    { ...user, served: { notAfter, flaw } },
    'False CertificateExpired: Secret given was valid until 2026-02-02T02:02:02Z',
  ],
  [{ ...user, served: { notAfter, flaw }, problem }, 'False CertificateMissing: Secret given does not exist'],
])('%j: %s', (outcome, says) => {
  const { status, reason, message } = certificateReady(outcome);
  expect(`${status} ${reason}: ${message}`).toBe(says);
});
