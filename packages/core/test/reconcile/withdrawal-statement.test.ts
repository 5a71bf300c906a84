import { expect, test } from 'vitest';
import { withdrawalStatement } from '../../src/reconcile/withdrawal-statement.ts';

test('a withdrawal that waits for ever says so with the last of all dates', () => {
  const wait = { sinceMs: 0, untilMs: 99_999_999 * 86_400_000_000 };
  const former = [{ kind: 'HostsEntry', hostname: 'mirror-quay.io' }] as const;
  const pending = { state: 'pending', former, absent: [], isHalted: false, wait } as const;
  expect(withdrawalStatement(pending, [])?.message).toBe(
    'name mirror-quay.io is being taken from nodes: no node is done yet; waits until +275760-09-13T00:00:00Z',
  );
});
