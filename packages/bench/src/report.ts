import type { ApplyRound } from './numbers/apply.ts';
import type { ColdPulls, ColdPullRound } from './numbers/cold-pull.ts';
import type { HostsLine } from './numbers/hosts-line.ts';
import type { LargeFleet } from './numbers/large-fleet.ts';
import { type RequestCounts, tally } from './request-counts.ts';
import { median } from './median.ts';

/** `apply`, as text. */
export function applyReport(mirrors: number, rounds: readonly ApplyRound[]): string {
  const middle = (value: (round: ApplyRound) => number): number => median(rounds.map(value));
  const [first] = rounds;
  if (first === undefined) return '';
  const perMirror = (requests: number): string => (requests / mirrors).toFixed(2);
  return table(`${mirrors} mirrors applied at once, median of ${rounds.length}`, [
    ['until all objects and statuses are there', milliseconds(middle(({ arrival }) => arrival.appliedMs))],
    ['5 GET + 5 POST each, one after the other', milliseconds(middle(({ sequentialMs }) => sequentialMs))],
    ['operator in proportion to that', middle((round) => round.arrival.appliedMs / round.sequentialMs).toFixed(2)],
    ['writes a mirror until then', perMirror(middle(({ arrival }) => arrival.applied.writes.length))],
    ['writes a mirror until it is Ready', perMirror(middle(({ arrival }) => arrival.ready.writes.length))],
    ['', tally(first.arrival.ready.writes)],
    ['GETs a mirror until it is Ready', perMirror(middle(({ arrival }) => arrival.ready.gets.length))],
    ['', tally(first.arrival.ready.gets)],
    ...restartRows(first.restart.counts),
  ]);
}

/** `fleet`, as text. */
export function fleetReport(mirrors: number, fleet: LargeFleet): string {
  const { arrival, restart, memory, changeMs, repairMs } = fleet;
  return table(`${mirrors} mirrors`, [
    ['until all objects and statuses are there', milliseconds(arrival.appliedMs)],
    ['writes a mirror until it is Ready', (arrival.ready.writes.length / mirrors).toFixed(2)],
    ['', tally(arrival.ready.writes)],
    ['GETs a mirror until it is Ready', (arrival.ready.gets.length / mirrors).toFixed(2)],
    ['until a new operator has looked at all', milliseconds(restart.ms)],
    ...restartRows(restart.counts),
    [
      'memory after they came, at rest / most',
      `${megabytesOf(memory.arrived.resident)} / ${megabytesOf(memory.arrived.peak)}`,
    ],
    [
      'memory after a restart, at rest / most',
      `${megabytesOf(memory.restarted.resident)} / ${megabytesOf(memory.restarted.peak)}`,
    ],
    ['from a change to its object, median / longest', spread(changeMs)],
    ['from a deletion to the object again', spread(repairMs)],
  ]);
}

/** `hosts-line`, as text. */
export function hostsLineReport({ fromRequestMs, fromAnswerMs }: HostsLine): string {
  return table(`hosts line, ${fromRequestMs.length} changes of the Service, median / longest`, [
    ['from the request to the line', spread(fromRequestMs)],
    ["from the API server's answer to the line", spread(fromAnswerMs)],
  ]);
}

/** `cold-pull`, as text. */
export function coldPullReport(megabytes: number, { rounds, fetcherMemory }: ColdPulls): string {
  const middle = (value: (round: ColdPullRound) => number): number => median(rounds.map(value));
  const times = (part: (round: ColdPullRound) => number): string =>
    `${milliseconds(middle(part))}, ${middle((round) => part(round) / round.directMs).toFixed(2)} times`;
  return table(`an image of ${megabytes} MB in three layers, median of ${rounds.length}, in proportion to direct`, [
    ['direct', milliseconds(middle(({ directMs }) => directMs))],
    ['through a mirror that has nothing of it', times(({ coldMs }) => coldMs)],
    ['through the same mirror again', times(({ warmMs }) => warmMs)],
    ['CPU time of the fetcher for the first', `${middle((round) => round.fetcherCpuSeconds).toFixed(2)} s`],
    [
      'memory of the fetcher, now / most',
      `${megabytesOf(fetcherMemory.resident)} / ${megabytesOf(fetcherMemory.peak)}`,
    ],
  ]);
}

function restartRows({ writes, gets, lists, unpagedLists }: RequestCounts): readonly Row[] {
  return [
    ['a restart: writes, the Lease left out', `${writes.length} ${tally(writes)}`],
    ['a restart: GETs, the Lease left out', `${gets.length} ${tally(gets)}`],
    ['a restart: pages of lists, of them unpaged', `${lists.length}, ${unpagedLists.length}`],
  ];
}

type Row = readonly [title: string, value: string];

function table(title: string, rows: readonly Row[]): string {
  return [title, ...rows.map(([name, value]) => `  ${name.padEnd(46)} ${value}`.trimEnd()), ''].join('\n');
}

function spread(values: readonly number[]): string {
  return `${milliseconds(median(values))} / ${milliseconds(Math.max(...values))}`;
}

function milliseconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function megabytesOf(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
