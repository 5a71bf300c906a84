import { ApiError, type Clock, type KubeClient, labelSelector, systemClock } from '@entrepot/kube';
import { Pod } from '../api/group.ts';
import { namesOf } from '../plan/naming.ts';
import { baseLabels, nodeAgentComponent } from '../plan/ownership.ts';
import type { Rollout } from '../plan/rollout.ts';
import { type AgentPod, mayHaveStarted, nodeOf, nodeOfUnready, readAgentPod } from './agent-pod.ts';

/** A rollout passes by on its own: pods are listed only when nothing happened for so long. */
const patienceMs = 10_000;
/** As long as the numbers stay the same, the names hardly change. */
const validMs = 300_000;

interface Known {
  readonly numbers: string;
  readonly sinceMs: number;
  listed?: ListedAgents & { readonly atMs: number };
}

/** What the pods of a mirror's agents tell. */
export interface ListedAgents {
  /** The nodes that others wait for, as far as they are known, and how many have no pod at all. */
  readonly names: readonly string[];
  /** The nodes of all these pods; undefined where they may not be listed. */
  readonly nodes: readonly string[] | undefined;
  /** Whether any of these pods may have done something: it was started, or its node does not say. */
  readonly haveStarted: boolean;
}

/** The same, undefined or empty until anybody has looked; how long nothing has changed, and when to ask again. */
export interface AbsentNodes extends Pick<ListedAgents, 'names'> {
  readonly haveStarted?: boolean;
  readonly quietMs: number;
  readonly askAgainMs: number;
}

/** Finds out on which nodes a mirror's agents are not ready. Pods are not watched: they are listed seldom, where it helps somebody. */
export class AbsentNodeFinder {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();

  constructor(client: KubeClient, namespace: string, clock: Clock = systemClock) {
    this.#client = client;
    this.#namespace = namespace;
    this.#clock = clock;
  }

  /** The nodes, once the numbers of a rollout that is not complete have stood still for a while. */
  async find(mirror: string, rollout: Rollout, signal: AbortSignal): Promise<AbsentNodes> {
    const now = this.#clock.elapsedMs();
    const numbers = JSON.stringify(rollout);
    const before = this.#known.get(mirror);
    const known = before?.numbers === numbers ? before : { numbers, sinceMs: now };
    this.#known.set(mirror, known);
    const quietMs = now - known.sinceMs;
    if (quietMs < patienceMs) return { names: [], quietMs, askAgainMs: patienceMs - quietMs };
    if (known.listed === undefined || now - known.listed.atMs >= validMs) {
      known.listed = { atMs: now, ...(await this.list(mirror, rollout, signal)) };
    }
    const { names, haveStarted, atMs } = known.listed;
    return { names, haveStarted, quietMs, askAgainMs: atMs + validMs - now };
  }

  /** As they are at this moment. Nodes without a pod are only counted: who could not make it says why. */
  async list(mirror: string, rollout: Rollout | undefined, signal: AbortSignal): Promise<ListedAgents> {
    const podless = rollout?.podless ?? 0;
    const why = `kubectl -n ${this.#namespace} describe daemonset ${namesOf(mirror).daemonSet}`;
    const counted = podless === 0 ? [] : [`${podless} ${podless === 1 ? 'node' : 'nodes'} without a pod (${why})`];
    const agents = await this.#agents(mirror, signal);
    const unready = [...new Set(agents?.flatMap(nodeOfUnready))].sort();
    return {
      names: [...counted, ...unready],
      nodes: agents && [...new Set(agents.flatMap(nodeOf))],
      haveStarted: agents?.some(mayHaveStarted) ?? true,
    };
  }

  /** Undefined where the operator may not list pods. */
  async #agents(mirror: string, signal: AbortSignal): Promise<readonly AgentPod[] | undefined> {
    const labels = labelSelector({ ...baseLabels(mirror), ...nodeAgentComponent });
    try {
      const selection = { namespace: this.#namespace, labelSelector: labels };
      const { items } = await this.#client.list(Pod, selection, signal);
      return items.map(readAgentPod);
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return undefined;
      throw error;
    }
  }

  /** To be called when all nodes answer, or the mirror is gone. */
  forget(mirror: string): void {
    this.#known.delete(mirror);
  }

  /** To be called when others may have changed everything meanwhile. */
  forgetAll(): void {
    this.#known.clear();
  }
}
