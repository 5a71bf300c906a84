import { array, assert, constant, constantFrom, integer, oneof, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideTrust, longestRestMs, retirementMs, type Trust } from '../../src/certificates/trust.ts';

const now = Date.parse('2026-02-02T02:02:02Z');
const dayMs = 86_400_000;
const far = now + 300 * dayMs;
const soon = now + longestRestMs - 1;

type Served = NonNullable<Trust['served']>;
const served = (anchor: string, changes: Partial<Served> = {}): Served => ({
  anchors: [anchor],
  notBefore: now,
  notAfter: far,
  isWanted: false,
  isUseful: true,
  ...changes,
});
const wanted = (...anchors: readonly string[]) => ({ anchors, notAfter: far + 1 });
const trust = (changes: Partial<Trust>): Trust => ({
  bundle: [],
  hasNodes: true,
  isAcknowledged: false,
  isHasty: false,
  ...changes,
});

describe('a mirror', () => {
  const settled = { isSwap: false, isWaiting: false, isHasty: false };
  const swapped = { isSwap: true, isWaiting: false, isHasty: false };
  const retiring = { swappedAt: now, nextAt: now + retirementMs };
  test.each([
    {
      title: 'without a certificate serves the first one at once',
      found: { wanted: wanted('A') },
      decision: { ...swapped, bundle: ['A'] },
    },
    {
      title: 'without a certificate waits for the first one',
      found: {},
      decision: { ...settled, bundle: [] },
    },
    {
      title: 'that serves what is wanted is left alone',
      found: { served: served('A', { isWanted: true }), bundle: ['A'], wanted: wanted('A'), isAcknowledged: true },
      decision: { ...settled, bundle: ['A'] },
    },
    {
      title: 'gives its nodes the new anchor before it serves what needs it',
      found: { served: served('A'), bundle: ['A'], wanted: wanted('B'), isAcknowledged: true },
      decision: { ...settled, isWaiting: true, bundle: ['A', 'B'], nextAt: far - longestRestMs },
    },
    {
      title: 'waits for nodes that have not said that they have the new anchor',
      found: { served: served('A'), bundle: ['A', 'B'], wanted: wanted('B') },
      decision: { ...settled, isWaiting: true, bundle: ['A', 'B'], nextAt: far - longestRestMs },
    },
    {
      title: 'changes when all nodes have the new anchor, and keeps the old one for an hour',
      found: { served: served('A'), bundle: ['A', 'B'], wanted: wanted('B'), isAcknowledged: true },
      decision: { ...swapped, bundle: ['A', 'B'], ...retiring },
    },
    {
      title: 'keeps the old anchor until the hour is over',
      found: {
        served: served('B', { isWanted: true }),
        bundle: ['A', 'B'],
        wanted: wanted('B'),
        swappedAt: now - retirementMs + 1,
      },
      decision: { ...settled, bundle: ['A', 'B'], swappedAt: now - retirementMs + 1, nextAt: now + 1 },
    },
    {
      title: 'gives up the old anchor after the hour',
      found: {
        served: served('B', { isWanted: true }),
        bundle: ['A', 'B'],
        wanted: wanted('B'),
        swappedAt: now - retirementMs,
      },
      decision: { ...settled, bundle: ['B'] },
    },
    {
      title: 'does not wait for what its nodes trust already: a renewal by the same CA',
      found: { served: served('A'), bundle: ['A'], wanted: wanted('A') },
      decision: { ...swapped, bundle: ['A'] },
    },
    {
      title: 'that no node trusts has nobody to wait for',
      found: { served: served('A'), bundle: ['A'], wanted: wanted('B'), hasNodes: false },
      decision: { ...swapped, bundle: ['B'] },
    },
    {
      title: 'whose certificate is for none of its names has nothing to lose',
      found: { served: served('A', { isUseful: false }), bundle: ['A'], wanted: wanted('B') },
      decision: { ...swapped, bundle: ['A', 'B'], ...retiring },
    },
    {
      title: 'whose certificate is about to end does not wait any longer, and that is remembered',
      found: {
        served: served('A', { notBefore: soon - 300 * dayMs, notAfter: soon }),
        bundle: ['A', 'B'],
        wanted: wanted('B'),
      },
      decision: { ...swapped, isHasty: true, bundle: ['A', 'B'], ...retiring },
    },
    {
      title: 'whose certificate lives for a day only waits for the better part of it',
      found: {
        served: served('A', { notAfter: now + dayMs / 2, notBefore: now - dayMs / 2 }),
        bundle: ['A', 'B'],
        wanted: wanted('B'),
      },
      decision: { ...settled, isWaiting: true, bundle: ['A', 'B'], nextAt: now + dayMs / 2 - dayMs / 8 },
    },
    {
      title: 'goes on waiting where what is wanted ends even earlier',
      found: {
        served: served('A', { notBefore: soon - 300 * dayMs, notAfter: soon }),
        bundle: ['A', 'B'],
        wanted: { anchors: ['B'], notAfter: now },
      },
      decision: { ...settled, isWaiting: true, bundle: ['A', 'B'] },
    },
    {
      title: 'that did not wait says so until all nodes are there',
      found: { served: served('B', { isWanted: true }), bundle: ['B'], wanted: wanted('B'), isHasty: true },
      decision: { ...settled, isHasty: true, bundle: ['B'] },
    },
    {
      title: 'that did not wait forgets it when all nodes are there',
      found: {
        served: served('B', { isWanted: true }),
        bundle: ['B'],
        wanted: wanted('B'),
        isHasty: true,
        isAcknowledged: true,
      },
      decision: { ...settled, bundle: ['B'] },
    },
    {
      title: 'whose new certificate is gone keeps to the old one, and its nodes forget the new anchor',
      found: { served: served('A'), bundle: ['A', 'B'], isAcknowledged: true },
      decision: { ...settled, bundle: ['A'] },
    },
    {
      title: 'whose new certificate is another one before its nodes had the first waits for the other',
      found: { served: served('A'), bundle: ['A', 'B'], wanted: wanted('C'), isAcknowledged: true },
      decision: { ...settled, isWaiting: true, bundle: ['A', 'C'], nextAt: far - longestRestMs },
    },
  ])('$title', ({ found, decision }) => expect(decideTrust(trust(found), now)).toEqual(decision));
});

/** A mirror whose pods and nodes are as slow as they like, a pod at most an hour. */
class SlowMirror {
  now = now;
  secret: { certificate?: string; bundle: readonly string[]; swappedAt?: number; isHasty: boolean } = {
    bundle: [],
    isHasty: false,
  };
  wanted: string | undefined = '0';
  /** What each node has installed. */
  readonly nodes: (readonly string[])[] = [[], [], []];
  /** What some pod may still serve, and until when. */
  former: { certificate: string; until: number }[] = [];

  reconcile(): void {
    const { certificate, bundle } = this.secret;
    const { wanted } = this;
    const found: Trust = {
      ...(certificate !== undefined && {
        served: {
          anchors: [certificate],
          notBefore: 0,
          notAfter: Infinity,
          isWanted: certificate === wanted,
          isUseful: true,
        },
      }),
      ...(wanted !== undefined && { wanted: { anchors: [wanted], notAfter: Infinity } }),
      bundle,
      hasNodes: true,
      isAcknowledged: this.nodes.every((node) => String(node) === String(bundle)),
      ...(this.secret.swappedAt !== undefined && { swappedAt: this.secret.swappedAt }),
      isHasty: false,
    };
    const { isSwap, bundle: next, swappedAt } = decideTrust(found, this.now);
    if (isSwap && certificate !== undefined) this.former.push({ certificate, until: this.now + retirementMs });
    const now = isSwap ? wanted : certificate;
    this.secret = {
      ...(now !== undefined && { certificate: now }),
      bundle: next,
      ...(swappedAt !== undefined && { swappedAt }),
      isHasty: false,
    };
  }

  /** Every certificate that some pod may serve now. */
  get served(): readonly string[] {
    const { certificate } = this.secret;
    const former = this.former.filter(({ until }) => until > this.now);
    return [...(certificate === undefined ? [] : [certificate]), ...former.map((one) => one.certificate)];
  }
}

const node = integer({ min: 0, max: 2 });
const step = oneof(
  { weight: 4, arbitrary: record({ does: constant('install' as const), node }) },
  { weight: 2, arbitrary: record({ does: constant('reconcile' as const) }) },
  {
    weight: 1,
    arbitrary: record({ does: constant('want' as const), anchor: constantFrom('0', '1', '2', '3') }),
  },
  { weight: 1, arbitrary: record({ does: constant('lose' as const) }) },
  {
    weight: 1,
    arbitrary: record({ does: constant('pass' as const), ms: integer({ min: 1, max: retirementMs }) }),
  },
);

describe('whatever is wanted in turn, and however slow nodes and pods are', () => {
  const started = (): SlowMirror => {
    const mirror = new SlowMirror();
    mirror.reconcile();
    mirror.nodes.fill(mirror.secret.bundle);
    return mirror;
  };

  test('every node trusts everything that any pod may serve', () =>
    assert(
      property(array(step, { maxLength: 60 }), (steps) => {
        const mirror = started();
        for (const taken of steps) {
          if (taken.does === 'install') mirror.nodes[taken.node] = mirror.secret.bundle;
          if (taken.does === 'want') mirror.wanted = taken.anchor;
          if (taken.does === 'lose') mirror.wanted = undefined;
          if (taken.does === 'pass') mirror.now += taken.ms;
          mirror.reconcile();
          for (const bundle of mirror.nodes)
            for (const certificate of mirror.served) expect(bundle).toContain(certificate);
        }
      }),
      { numRuns: 2000 },
    ));

  test('when nothing changes any more, what is wanted is served and nothing else is trusted', () =>
    assert(
      property(array(step, { maxLength: 40 }), (steps) => {
        const mirror = started();
        for (const taken of steps) {
          if (taken.does === 'want') mirror.wanted = taken.anchor;
          if (taken.does === 'pass') mirror.now += taken.ms;
          if (taken.does === 'install') mirror.nodes[taken.node] = mirror.secret.bundle;
          mirror.reconcile();
        }
        for (let round = 0; round < 3; round++) {
          mirror.nodes.fill(mirror.secret.bundle);
          mirror.reconcile();
          mirror.now += retirementMs;
          mirror.reconcile();
        }
        expect(mirror.secret).toMatchObject({ certificate: mirror.wanted, bundle: [mirror.wanted] });
      }),
    ));
});
