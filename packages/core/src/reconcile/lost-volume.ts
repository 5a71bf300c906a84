import { type Clock, type KubernetesObject, labelSelector, systemClock } from '@entrepot/kube';
import { z } from 'zod';
import { readStatus } from '../api/registry-mirror-status.ts';
import { baseLabels, registryComponent } from '../plan/ownership.ts';

/** The reason of the condition CacheAvailable where this is why no replica is ready. */
export const volumeUnreachable = 'VolumeUnreachable';

/** A mirror that was available is usually back within this time. */
const patienceMs = 10_000;
const longestWaitMs = 300_000;

/** What the scheduler says where a pod's volume is on a node that is gone, or takes no pods: Kubernetes before and since 1.34. */
const volumeElsewhere = /volume node affinity conflict|didn't match PersistentVolume's node affinity/;

const podShape = z.looseObject({
  spec: z
    .looseObject({
      volumes: z
        .array(z.looseObject({ persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional() }))
        .default([]),
    })
    .default({ volumes: [] }),
  status: z
    .looseObject({
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .default({ conditions: [] }),
});

/**
 * Says of a pod that no node can take it because its volume is on one that is not there, and what to do; undefined of any
 * other pod. Pure.
 */
export function lostVolumeOf(pod: KubernetesObject): string | undefined {
  const { spec, status } = podShape.parse(pod);
  const unplaced = status.conditions.find(({ type, status: holds }) => type === 'PodScheduled' && holds === 'False');
  if (unplaced === undefined || !volumeElsewhere.test(unplaced.message)) return undefined;
  const { name, namespace } = pod.metadata;
  const claims = spec.volumes
    .flatMap(({ persistentVolumeClaim: claim }) => (claim === undefined ? [] : `pvc/${claim.claimName}`))
    .join(' ');
  // What comes after the reasons is about making room, which would not help.
  const [said = ''] = unplaced.message.split(/\. |\.$/);
  return `pod ${name} can go to no node that has its volume: ${said}. If that node is gone for good: kubectl -n ${namespace} delete ${claims} pod/${name}; a new volume is then filled from the upstream`;
}

/** What is known of a mirror's volume, and when to ask again. */
export interface VolumeLoss {
  readonly message?: string;
  readonly askAgainMs?: number;
}

/** Lists the pods of the operator's namespace that have these labels. */
export type ListPods = (labelSelector: string, signal: AbortSignal) => Promise<readonly KubernetesObject[]>;

interface Known {
  readonly sinceMs: number;
  askAtMs: number;
  message?: string | undefined;
}

/**
 * Finds out why a mirror that was available has no replica any more. Pods are not watched: they are listed when it has been so
 * for a while, and each time half as often. While they cannot be listed, what is known stays.
 */
export class LostVolumeFinder {
  readonly #listPods: ListPods;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  /** Mirrors that were looked at before. */
  readonly #met = new Set<string>();

  constructor(listPods: ListPods, clock: Clock = systemClock) {
    this.#listPods = listPods;
    this.#clock = clock;
  }

  async find(mirror: KubernetesObject, readyReplicas: number, signal: AbortSignal): Promise<VolumeLoss> {
    const { name } = mirror.metadata;
    const now = this.#clock.elapsedMs();
    const known = this.#known.get(name) ?? { sinceMs: now, askAtMs: now + patienceMs };
    const isFirstLook = !this.#met.has(name);
    this.#met.add(name);
    if (readyReplicas > 0 || !(this.#known.has(name) || wasAvailable(mirror, isFirstLook))) {
      this.#known.delete(name);
      return {};
    }
    this.#known.set(name, known);
    if (now >= known.askAtMs) {
      try {
        known.message = await this.#ask(name, signal);
      } catch {
        // A side question: the status is told without an answer, and it is asked again.
      }
      known.askAtMs = now + Math.min(longestWaitMs, now - known.sinceMs);
    }
    return { askAgainMs: known.askAtMs - now, ...(known.message !== undefined && { message: known.message }) };
  }

  /** To be called when the mirror is gone. */
  forget(mirror: string): void {
    this.#known.delete(mirror);
    this.#met.delete(mirror);
  }

  async #ask(mirror: string, signal: AbortSignal): Promise<string | undefined> {
    const labels = labelSelector({ ...baseLabels(mirror), ...registryComponent });
    const pods = await this.#listPods(labels, signal);
    return pods.map(lostVolumeOf).find((message) => message !== undefined);
  }
}

/**
 * By what was said of it last. Who looks for the first time reads what another operator said; by its NoReplicaReady a mirror may
 * have lost its replicas before, or be new.
 */
function wasAvailable({ status }: KubernetesObject, isFirstLook: boolean): boolean {
  const said = readStatus(status).conditions.find(({ type }) => type === 'CacheAvailable');
  if (said?.status === 'True' || said?.reason === volumeUnreachable) return true;
  return isFirstLook && said?.reason === 'NoReplicaReady';
}
