import { loadavg } from 'node:os';
import type { Progress } from '@entrepot/control-plane';
import { startBenchCluster } from './bench-cluster.ts';
import { clusterReport } from './cluster-report.ts';
import { measureCluster, type BenchImage, type BenchSizes } from './measure-cluster.ts';

const megabyte = 1_000_000;

const sizes: BenchSizes = {
  waves: [...layouts('10 MB', 10, 3), ...layouts('100 MB', 100, 2), ...layouts('1 GB', 1000, 1)],
  alone: { title: '300 MB, 4 layers', layers: split(300, 4), rounds: 3 },
};
const quickSizes: BenchSizes = {
  waves: layouts('10 MB', 10, 1),
  alone: { title: '30 MB, 4 layers', layers: split(30, 4), rounds: 1 },
};

/**
 * Measures a cluster of its own, which is taken away afterwards, also when `signal` ends that early, and returns the figures
 * as text. No other run on a cluster is under way meanwhile.
 */
export async function runBench(isQuick: boolean, onProgress: Progress, signal: AbortSignal): Promise<string> {
  await using started = new AsyncDisposableStack();
  const bench = await startBenchCluster(started, onProgress, signal);
  const before = loadavg();
  const figures = await measureCluster(bench, isQuick ? quickSizes : sizes, onProgress, signal);
  const load = [...before.slice(0, 1), ...loadavg().slice(0, 1)].map((value) => value.toFixed(1));
  return `${clusterReport(figures)}load before ${load[0]}, after ${load[1]}\n`;
}

/** An image of so many MB as one layer and as four. */
function layouts(title: string, size: number, rounds: number): readonly BenchImage[] {
  return [1, 4].map((layers) => ({
    title: `${title}, ${layers} ${layers === 1 ? 'layer' : 'layers'}`,
    layers: split(size, layers),
    rounds,
  }));
}

function split(size: number, layers: number): readonly number[] {
  return Array.from({ length: layers }, () => (size * megabyte) / layers);
}
