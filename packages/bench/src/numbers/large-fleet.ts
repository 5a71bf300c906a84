import { setTimeout } from 'node:timers/promises';
import { RegistryMirror } from '@entrepot/core';
import type { GroupVersionKind } from '@entrepot/kube';
import { benchUser } from '../bench-cluster.ts';
import { answerMs, type ExpectedWrite } from '../disturbance.ts';
import { type Arrival, Fleet, type Restart } from '../fleet.ts';
import type { Memory } from '../process-usage.ts';
import type { Progress } from '../progress.ts';

/** What many mirrors cost an operator that has nothing else to do. */
export interface LargeFleet {
  readonly arrival: Arrival;
  readonly restart: Restart;
  /** After all mirrors came up, and after the operator was started again beside them. */
  readonly memory: { readonly arrived: Memory; readonly restarted: Memory };
  /** From a user's request to change one mirror until its changed object was written; one number a sample. */
  readonly changeMs: readonly number[];
  /** From a user's deletion of an object until it was there again; one number a sample. */
  readonly repairMs: readonly number[];
}

/** Memory that was needed to get there is given back only after a while. */
const restMs = 30_000;

/** Brings up many mirrors, starts the operator again, then disturbs single mirrors, one after the other. */
export async function measureLargeFleet(mirrors: number, samples: number, progress: Progress): Promise<LargeFleet> {
  const fleet = await Fleet.start(mirrors);
  try {
    progress(`${mirrors} mirrors are applied at once`);
    const arrival = await fleet.arrive();
    await setTimeout(restMs);
    const arrived = await fleet.operator.memory();
    progress('the operator is started again');
    const restart = await fleet.restart();
    await setTimeout(restMs);
    const restarted = await fleet.operator.memory();
    progress(`${samples} mirrors are changed, and all their objects deleted, one after the other`);
    return { arrival, restart, memory: { arrived, restarted }, ...(await disturb(fleet, samples)) };
  } finally {
    await fleet.stop();
  }
}

async function disturb(
  { cluster, operator, names }: Fleet,
  samples: number,
): Promise<Pick<LargeFleet, 'changeMs' | 'repairMs'>> {
  const user = await cluster.clientFor(benchUser);
  const changeMs: number[] = [];
  const repairMs: number[] = [];
  for (const name of names.slice(0, samples)) {
    // Another life of tags is another configuration, which is in the mirror's Secret.
    const patch = { spec: { cache: { tagTTL: '7m' } } };
    const change = async () => user.patch(RegistryMirror, { name }, patch, { type: 'merge' });
    changeMs.push(await answerMs(cluster, written(name, 'Secret', '-secret'), change));
    await operator.settled(0, 30_000);
    for (const [kind, suffix] of ownedObjects) {
      const object = written(name, kind, suffix);
      repairMs.push(await answerMs(cluster, object, async () => user.delete(object.kind, object.key)));
      await operator.settled(0, 30_000);
    }
  }
  await user.close();
  return { changeMs, repairMs };
}

const ownedObjects = [
  ['Service', '-headless'],
  ['Secret', '-secret'],
  ['StatefulSet', ''],
  ['DaemonSet', '-utils'],
] as const;

function written(mirror: string, kind: (typeof ownedObjects)[number][0], suffix: string): ExpectedWrite {
  const group = kind === 'Service' || kind === 'Secret' ? '' : 'apps';
  const kindOfObject: GroupVersionKind = { group, version: 'v1', kind };
  const key = { namespace: 'default', name: `registry-mirror-${mirror}${suffix}` };
  return { kind: kindOfObject, resource: `${kind.toLowerCase()}s`, key };
}
