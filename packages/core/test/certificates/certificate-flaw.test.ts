import { describe, expect, test } from 'vitest';
import { flawOf } from '../../src/certificates/certificate-flaw.ts';
import type { CertificateFacts } from '../../src/certificates/serving-certificate.ts';

const now = Date.parse('2026-02-02T02:02:02Z');
const good: CertificateFacts = {
  names: ['mirror-quay.io'],
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
  isForServers: true,
};
const isFatal = true;

describe('clients', () => {
  test.each<{ title: string; changes: Partial<CertificateFacts>; flaw: ReturnType<typeof flawOf> }>([
    { title: 'accept a certificate that is for them', changes: {}, flaw: undefined },
    { title: 'accept it from its first second on', changes: { notBefore: new Date(now) }, flaw: undefined },
    {
      title: 'refuse it a moment before: no clock is taken to be wrong',
      changes: { notBefore: new Date(now + 1_000) },
      flaw: {
        reason: 'CertificateNotYetValid',
        message: 'is not valid before 2026-02-02T02:02:03Z',
        isFatal,
        endsAt: now + 1_000,
      },
    },
    {
      title: 'refuse it when it ends',
      changes: { notAfter: new Date(now) },
      flaw: { reason: 'CertificateExpired', message: 'was valid until 2026-02-02T02:02:02Z', isFatal },
    },
    {
      title: 'refuse it by names that are not in it',
      changes: { names: ['ghcr.io', 'quay.io'] },
      flaw: {
        reason: 'CertificateMismatch',
        message: 'is valid for ghcr.io, quay.io, not for mirror-quay.io',
        isFatal,
      },
    },
    {
      title: 'look for names in subjectAltName only',
      changes: { names: [] },
      flaw: {
        reason: 'CertificateMismatch',
        message: 'has no subjectAltName, where clients look for mirror-quay.io',
        isFatal,
      },
    },
    {
      title: "refuse a client's",
      changes: { isForServers: false },
      flaw: {
        reason: 'CertificateUnusable',
        message: 'is not for servers: its extendedKeyUsage lacks serverAuth',
        isFatal,
      },
    },
  ])('$title', ({ changes, flaw }) => expect(flawOf({ ...good, ...changes }, ['mirror-quay.io'], now)).toEqual(flaw));

  test('that call a mirror by a name of several may accept a certificate that lacks another', () => {
    expect(flawOf(good, ['10.0.0.7', 'mirror-quay.io'], now)).toEqual({
      reason: 'CertificateMismatch',
      message: 'is valid for mirror-quay.io, not for 10.0.0.7',
      isFatal: false,
    });
  });
});
