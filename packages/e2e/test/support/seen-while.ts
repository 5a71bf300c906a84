import { pulledMore, type ContinuousPulls } from './continuous-pulls.ts';
import { interruptionSince, type Interruption } from './interruption.ts';
import { tell } from './on-cluster.ts';

export interface SeenByNode extends Interruption {
  readonly node: string;
}

/** What the pulls of some nodes show of something, until it is over and each node has pulled twice more. */
export async function seenWhile(
  pulls: readonly ContinuousPulls[],
  what: string,
  work: () => Promise<void>,
): Promise<readonly SeenByNode[]> {
  const since = Date.now();
  await work();
  await pulledMore(pulls, 2);
  const seen = await Promise.all(
    pulls.map(async (one) => ({ node: one.node, ...interruptionSince(await one.pulls(), since) })),
  );
  for (const { node, failed, succeeded, seconds, slowestSeconds } of seen) {
    const outcome = `${failed} of ${failed + succeeded} pulls failed, for ${seconds} s`;
    tell(`${what}: ${node}: ${outcome}; the slowest of the others took ${slowestSeconds} s`);
  }
  return seen;
}
