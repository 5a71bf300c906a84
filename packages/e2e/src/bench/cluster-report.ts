import type { ContainerMemory } from './container-memory.ts';
import type { ClusterFigures, ImageFigures, Route } from './measure-cluster.ts';

/** The figures as text. */
export function clusterReport({ mirrorReadyMs, firstPullMs, waves, alone, memory }: ClusterFigures): string {
  return [
    'pod start on all nodes at once, median / longest; in brackets, in proportion to direct, and blobs asked of the upstream',
    ...table(waves.map((figures) => row(figures, ({ startMs }) => startMs))),
    '',
    'pull by one node, as the kubelet says it',
    ...table([row(alone, ({ pullMs }) => pullMs)]),
    '',
    'from kubectl apply of a mirror',
    `  ${'until it is Ready'.padEnd(40)}${seconds(mirrorReadyMs)}`,
    `  ${'until a pod runs, pulled through it'.padEnd(40)}${seconds(firstPullMs)}`,
    '',
    'memory, median / most of all containers of a name: working set, resident',
    ...memoryRows(memory),
    '',
  ].join('\n');
}

type Value = (start: Route['starts'][number]) => number;

function row({ image, direct, cold, warm }: ImageFigures, value: Value): readonly string[] {
  const base = median(direct.starts.map(value));
  const cell = ({ starts, upstreamRequests }: Route): string => {
    const values = starts.map(value);
    const middle = median(values);
    return `${seconds(middle)} / ${seconds(Math.max(...values))} (${(middle / base).toFixed(2)}, ${upstreamRequests})`;
  };
  return [`${image.title}, ${image.rounds}x`, cell(direct), cell(cold), cell(warm)];
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const all = [['', 'direct', 'mirror, first wave', 'mirror, second wave'], ...rows];
  return all.map(([title = '', ...cells]) =>
    `  ${title.padEnd(32)}${cells.map((cell) => cell.padEnd(30)).join('')}`.trimEnd(),
  );
}

function memoryRows(memory: readonly ContainerMemory[]): readonly string[] {
  const byName = [...Map.groupBy(memory, ({ name }) => name)].toSorted(([one], [other]) => one.localeCompare(other));
  return byName.map(([name, containers]) => {
    const cell = (values: readonly number[]): string =>
      `${megabytes(median(values))} / ${megabytes(Math.max(...values))}`;
    const workingSet = cell(containers.map((container) => container.workingSet));
    const resident = cell(containers.map((container) => container.resident));
    return `  ${name.padEnd(30)}${workingSet.padEnd(20)}${resident}`;
  });
}

/** The middle one; of an even count, the mean of the two in the middle. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const both = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return both.reduce<number>((sum, value) => sum + (value ?? Number.NaN) / 2, 0);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
