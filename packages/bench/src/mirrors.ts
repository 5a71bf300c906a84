import { poll } from '@entrepot/control-plane';
import { RegistryMirror } from '@entrepot/core';
import { Informer, type KubeClient, type KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { concurrently } from './concurrently.ts';

const shape = z.object({
  metadata: z.object({ generation: z.number() }),
  status: z.object({
    observedGeneration: z.number(),
    conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string() })),
  }),
});

/** How far a mirror is: all its objects applied and its status saying so, or all of them at work besides. */
export type Stage = 'applied' | 'ready';

/** Names like `bench-0001`. */
export function mirrorNames(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(4, '0')}`);
}

/** Creates mirrors as fast as one client can. */
export async function createMirrors(client: KubeClient, names: readonly string[]): Promise<void> {
  await concurrently(names, 8, async (name) => client.create(mirrorNamed(name)));
}

/** A mirror as simple as users write them. */
export function mirrorNamed(name: string): KubernetesObject {
  const { group, version, kind } = RegistryMirror;
  const spec = { upstreamUrl: `${name}.example.org` };
  return { apiVersion: `${group}/${version}`, kind, metadata: { name }, spec };
}

/** Follows all mirrors by one watch, so that waiting for them costs the API server nothing. */
export class MirrorWatch {
  /** Names of the mirrors that have come so far; kept on every change, as looking at all of them takes cores from the operator. */
  readonly #reached: Readonly<Record<Stage, Set<string>>> = { applied: new Set(), ready: new Set() };
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;

  constructor(client: KubeClient) {
    const informer = new Informer({ client, kind: RegistryMirror });
    informer.onChange(({ object }) => this.#note(object));
    this.#running = informer.run(this.#ending.signal);
  }

  /** Resolves when so many mirrors have come so far. */
  async all(stage: Stage, count: number, deadlineMs: number): Promise<void> {
    const reached = this.#reached[stage];
    const haveAll = (): boolean => reached.size >= count;
    await poll(`${count} mirrors to be ${stage}`, haveAll, { deadlineMs, everyMs: 50 }).catch((error: unknown) => {
      throw new Error(`${reached.size} of ${count} mirrors are ${stage} after ${deadlineMs / 1000} s`, {
        cause: error,
      });
    });
  }

  #note(mirror: KubernetesObject): void {
    const { name } = mirror.metadata;
    for (const stage of ['applied', 'ready'] as const) {
      if (hasReached(stage, mirror)) this.#reached[stage].add(name);
      else this.#reached[stage].delete(name);
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }
}

function hasReached(stage: Stage, mirror: KubernetesObject): boolean {
  const { data } = shape.safeParse(mirror);
  if (data === undefined || data.status.observedGeneration !== data.metadata.generation) return false;
  const ready = data.status.conditions.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return true;
  // Only pods and nodes are missing, of which there are none.
  return stage === 'applied' && (ready?.reason === 'NoReplicaReady' || ready?.reason === 'NodesPending');
}
