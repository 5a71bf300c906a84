import { type Clock, type KubernetesObject, labelSelector, systemClock } from '@entrepot/kube';
import { readStatus } from '../api/registry-mirror-status.ts';
import { namesOf } from '../plan/naming.ts';
import { baseLabels, registryComponent } from '../plan/ownership.ts';
import type { MirrorFacts } from './gather.ts';
import { type PodObstacle, podObstacle, volumeUnreachable } from './pod-obstacle.ts';

/** A mirror that was available is usually back within this time. */
const patienceMs = 10_000;
/** A new one needs its images and volumes first. */
const newPatienceMs = 30_000;
const longestWaitMs = 300_000;

/** What is known to keep a mirror's pods from being ready, and when to ask again. */
export interface UnreadyPods {
  readonly obstacle?: PodObstacle;
  readonly askAgainMs?: number;
}

/** Lists the pods of the operator's namespace that have these labels. */
export type ListPods = (labelSelector: string, signal: AbortSignal) => Promise<readonly KubernetesObject[]>;

interface Known {
  readonly sinceMs: number;
  askAtMs: number;
  obstacle?: PodObstacle | undefined;
}

/**
 * Finds out why a mirror has no ready replica. Pods are not watched: they are listed when it has been so for a while, and each
 * time half as often. While they cannot be listed, what is known stays.
 */
export class UnreadyPodFinder {
  readonly #listPods: ListPods;
  readonly #namespace: string;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(listPods: ListPods, namespace: string, clock: Clock = systemClock) {
    this.#listPods = listPods;
    this.#namespace = namespace;
    this.#clock = clock;
  }

  async find(mirror: KubernetesObject, replicas: MirrorFacts['replicas'], signal: AbortSignal): Promise<UnreadyPods> {
    const { name } = mirror.metadata;
    // Of pods that nobody was asked to make there is nothing to find out.
    if (replicas.ready > 0 || replicas.made === undefined) {
      this.#known.delete(name);
      return {};
    }
    const now = this.#clock.elapsedMs();
    const firstWaitMs = wasAvailable(mirror) ? patienceMs : newPatienceMs;
    const known = this.#known.get(name) ?? { sinceMs: now, askAtMs: now + firstWaitMs };
    this.#known.set(name, known);
    if (now >= known.askAtMs) {
      try {
        known.obstacle = replicas.made === 0 ? this.#unmade(name) : await this.#ask(name, signal);
      } catch {
        // A side question: the status is told without an answer, and it is asked again.
      }
      known.askAtMs = now + Math.min(longestWaitMs, now - known.sinceMs);
    }
    const { obstacle, askAtMs } = known;
    return { askAgainMs: askAtMs - now, ...(obstacle !== undefined && { obstacle }) };
  }

  /** To be called when the mirror is gone. */
  forget(mirror: string): void {
    this.#known.delete(mirror);
  }

  async #ask(mirror: string, signal: AbortSignal): Promise<PodObstacle | undefined> {
    const labels = labelSelector({ ...baseLabels(mirror), ...registryComponent });
    const pods = await this.#listPods(labels, signal);
    const obstacles = pods.flatMap((pod) => podObstacle(pod) ?? []);
    return obstacles.find(({ reason }) => reason === volumeUnreachable) ?? obstacles[0];
  }

  /** Only events say why. */
  #unmade(mirror: string): PodObstacle {
    const describe = `kubectl -n ${this.#namespace} describe statefulset ${namesOf(mirror).statefulSet}`;
    return { reason: 'NoReplicaReady', message: `no pod could be made: ${describe}` };
  }
}

/** By what was said of it last. */
function wasAvailable({ status }: KubernetesObject): boolean {
  const said = readStatus(status).conditions.find(({ type }) => type === 'CacheAvailable');
  return said?.status === 'True' || said?.reason === volumeUnreachable;
}
