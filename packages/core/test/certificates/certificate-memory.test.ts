import { expect, test } from 'vitest';
import { type CertificateBasis, CertificateMemory } from '../../src/certificates/certificate-memory.ts';
import type { CertificateOutcome } from '../../src/certificates/certificate-keeper.ts';

const choice = {
  source: 'own',
  secretName: 'tls',
  servingNames: ['mirror-quay.io'],
  names: ['mirror-quay.io'],
  isForNodes: true,
  isTentative: false,
} as const;
const basis: CertificateBasis = {
  uid: 'u',
  choice,
  secrets: ['s@1', undefined],
  authority: 'ca',
  nodes: { isKept: true },
};
const outcome: CertificateOutcome = { choice, isWaiting: false, isHasty: false, checkAt: 1000 };

test.each<{
  readonly title: string;
  readonly now?: number;
  readonly change?: Partial<CertificateBasis>;
  readonly isKnown: boolean;
}>([
  { title: 'while nothing changes, the last outcome holds', isKnown: true },
  {
    title: 'equal names need not be the same object',
    change: { choice: { ...choice, names: [...choice.names] } },
    isKnown: true,
  },
  { title: 'when time may change it, it is looked at again', now: 1000, isKnown: false },
  { title: 'a changed Secret is looked at', change: { secrets: ['s@2', undefined] }, isKnown: false },
  { title: 'another Secret is looked at', change: { secrets: ['s@1', 'o@1'] }, isKnown: false },
  { title: 'another name is looked at', change: { choice: { ...choice, names: ['10.0.0.7'] } }, isKnown: false },
  { title: 'another CA is looked at', change: { authority: 'new' }, isKnown: false },
  { title: 'what nodes say is looked at', change: { nodes: { isKept: true, acknowledged: 'hash' } }, isKnown: false },
  { title: 'another mirror of the name is looked at', change: { uid: 'v' }, isKnown: false },
])('$title', ({ now = 999, change = {}, isKnown }) => {
  const memory = new CertificateMemory();
  memory.keep('quay', basis, outcome);
  expect(memory.recall('quay', { ...basis, ...change }, now)).toBe(isKnown ? outcome : undefined);
});

test('what says no time is not relied on', () => {
  const memory = new CertificateMemory();
  memory.keep('quay', basis, { choice, isWaiting: false, isHasty: false });
  expect(memory.recall('quay', basis, 0)).toBeUndefined();
});

test('of a mirror that is gone nothing is remembered', () => {
  const memory = new CertificateMemory();
  memory.keep('quay', basis, outcome);
  memory.forget('quay');
  expect(memory.recall('quay', basis, 0)).toBeUndefined();
});
