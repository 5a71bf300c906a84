import { type Arrival, Fleet, type Restart } from '../fleet.ts';
import { mirrorNames } from '../mirrors.ts';
import type { Progress } from '../progress.ts';
import { objectsOf, runSequentialClient } from '../sequential-client.ts';

/** One round: the operator and the sequential client, side by side on one API server. */
export interface ApplyRound {
  readonly arrival: Arrival;
  readonly restart: Restart;
  readonly sequentialMs: number;
}

const elsewhere = 'sequential';

/** Mirrors applied at once to a fresh cluster; the operator started again; then the same mirrors by one request after the other. */
export async function measureApply(mirrors: number, progress: Progress): Promise<ApplyRound> {
  const fleet = await Fleet.start(mirrors);
  try {
    progress(`${mirrors} mirrors are applied at once`);
    const arrival = await fleet.arrive();
    progress('the operator is started again');
    const restart = await fleet.restart();
    progress('the same objects are made by one request after the other');
    const sequentialMs = await withoutOperator(fleet, mirrors);
    return { arrival, restart, sequentialMs };
  } finally {
    await fleet.stop();
  }
}

async function withoutOperator({ cluster, names, operator }: Fleet, mirrors: number): Promise<number> {
  const [first = ''] = names;
  const objects = await objectsOf(cluster.client, first, elsewhere);
  await operator.stop();
  await cluster.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: elsewhere } });
  return runSequentialClient(cluster.client, mirrorNames(elsewhere, mirrors), objects);
}
