import { describe, expect, test } from 'vitest';
import { heldForMs, heldLease, newLease, releasedLease } from '../../src/control/lease.ts';

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
    {
      title: "held and renewed: its holder's for the rest of its duration",
      lease: first,
      unchangedMs: 14_000,
      heldMs: 1_000,
    },
    { title: 'held and silent for its duration: free', lease: first, unchangedMs: 15_000, heldMs: 0 },
    { title: 'released: free at once', lease: releasedLease(first, 0), unchangedMs: 0, heldMs: 0 },
  ])('$title', ({ lease, unchangedMs, heldMs }) => expect(heldForMs(lease, unchangedMs)).toBe(heldMs));
});
