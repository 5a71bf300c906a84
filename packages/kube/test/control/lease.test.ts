import { describe, expect, test } from 'vitest';
import { heldLease, isFree, newLease, releasedLease } from '../../src/control/lease.ts';

const first = newLease({ namespace: 'default', name: 'lead' }, 'one', 15_000, 0);

describe('a lease', () => {
  test('begins with its first holder', () => {
    expect(first).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'default', name: 'lead' },
      spec: {
        holderIdentity: 'one',
        leaseDurationSeconds: 15,
        acquireTime: '1970-01-01T00:00:00.000000Z',
        renewTime: '1970-01-01T00:00:00.000000Z',
        leaseTransitions: 0,
      },
    });
  });

  test('is renewed by its holder', () => {
    expect(heldLease(first, 'one', 15_000, 1_000).spec).toEqual({
      ...first.spec,
      renewTime: '1970-01-01T00:00:01.000000Z',
    });
  });

  test('counts when it goes to another', () => {
    expect(heldLease(first, 'two', 15_000, 1_000).spec).toMatchObject({
      holderIdentity: 'two',
      leaseTransitions: 1,
      acquireTime: '1970-01-01T00:00:01.000000Z',
    });
  });

  test.each([
    { title: 'held and renewed: not free', lease: first, unchangedMs: 14_999, free: false },
    { title: 'held and silent for its duration: free', lease: first, unchangedMs: 15_000, free: true },
    { title: 'released: free at once', lease: releasedLease(first, 0), unchangedMs: 0, free: true },
  ])('$title', ({ lease, unchangedMs, free }) => expect(isFree(lease, unchangedMs)).toBe(free));
});
