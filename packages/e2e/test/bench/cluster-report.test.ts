import { expect, test } from 'vitest';
import { clusterReport } from '../../src/bench/cluster-report.ts';
import type { Route } from '../../src/bench/measure-cluster.ts';

test('the report says medians, the longest, and how they compare with pulls that ask the upstream', () => {
  const report = clusterReport({
    mirrorReadyMs: 12_340,
    firstPullMs: 14_000,
    waves: [
      {
        image: { title: '10 MB, 1 layer', layers: [10_000_000], rounds: 1 },
        direct: route([1000, 1200, 2000], 9),
        cold: route([1500, 1800, 2400], 3),
        warm: route([900, 600, 1000], 0),
      },
    ],
    alone: {
      image: { title: '300 MB, 4 layers', layers: [300_000_000], rounds: 1 },
      direct: route([8000], 6),
      cold: route([10_000], 6),
      warm: route([4000], 0),
    },
    memory: [
      { name: 'operator', workingSet: 120_000_000, resident: 90_000_000 },
      { name: 'fetcher', workingSet: 80_000_000, resident: 60_000_000 },
      { name: 'fetcher', workingSet: 60_000_000, resident: 50_000_000 },
    ],
  });
  expect(report).toBe(`\
pod start on all nodes at once, median / longest; in brackets, in proportion to direct, and blobs asked of the upstream
                                  direct                        mirror, first wave            mirror, second wave
  10 MB, 1 layer, 1x              1.20 s / 2.00 s (1.00, 9)     1.80 s / 2.40 s (1.50, 3)     0.90 s / 1.00 s (0.75, 0)

pull by one node, as the kubelet says it
                                  direct                        mirror, first wave            mirror, second wave
  300 MB, 4 layers, 1x            7.00 s / 7.00 s (1.00, 6)     9.00 s / 9.00 s (1.29, 6)     3.00 s / 3.00 s (0.43, 0)

from kubectl apply of a mirror
  until it is Ready                       12.34 s
  until a pod runs, pulled through it     14.00 s

memory, median / most of all containers of a name: working set, resident
  fetcher                       70 MB / 80 MB       55 MB / 60 MB
  operator                      120 MB / 120 MB     90 MB / 90 MB
`);
});

/** Pods that started so fast; each pull took a second less. */
function route(startsMs: readonly number[], upstreamRequests: number): Route {
  return { starts: startsMs.map((startMs) => ({ startMs, pullMs: startMs - 1000 })), upstreamRequests };
}
