import { beforeAll, describe, expect, test } from 'vitest';
import { type ApplyRound, measureApply } from '../src/numbers/apply.ts';
import { tally } from '../src/request-counts.ts';

const mirrors = 20;
let round: ApplyRound;

beforeAll(async () => {
  round = await measureApply(mirrors, () => {});
});

describe(`the operator, beside a real API server, with ${mirrors} mirrors applied at once`, () => {
  test.each([
    { until: 'all of it is there', count: 9, writes: () => round.arrival.applied.writes },
    { until: 'it is Ready', count: 10, writes: () => round.arrival.ready.writes },
  ])('writes at most $count times for each until $until, statuses and Secrets included', ({ count, writes }) => {
    // Besides, there is one CA for all.
    const ofMirrors = writes().filter(({ name, verb }) => verb !== 'create' || name !== 'entrepot-ca');
    expect(ofMirrors.length / mirrors).toBeLessThanOrEqual(count);
  });

  test('says how a mirror is once, when everything of it is there', () => {
    const statuses = round.arrival.applied.writes.filter(({ subresource }) => subresource === 'status');
    expect(statuses.map(({ name }) => name).toSorted()).toEqual(statusesOnce());
  });

  test('asks for no object of a mirror: what the informers know is enough', () => {
    const ofMirrors = round.arrival.ready.gets.filter(({ name }) => name.includes('bench-'));
    expect(tally(ofMirrors)).toBe('');
  });

  test('writes nothing after a restart but the Lease', () => {
    expect(tally(round.restart.counts.writes)).toBe('');
  });

  test('reads nothing after a restart but lists, in pages', () => {
    const { gets, lists, unpagedLists } = round.restart.counts;
    expect(tally(gets)).toBe('');
    expect(unpagedLists).toEqual([]);
    expect(lists.map(({ resource }) => resource).toSorted()).toEqual([
      'configmaps',
      'daemonsets',
      'networkpolicies',
      'persistentvolumeclaims',
      'poddisruptionbudgets',
      'registrymirrors',
      'secrets',
      'services',
      'statefulsets',
      'storageclasses',
    ]);
  });
});

function statusesOnce(): readonly string[] {
  return Array.from({ length: mirrors }, (_, index) => `bench-${String(index + 1).padStart(4, '0')}`);
}
