import { type Applier, type Clock, type GroupVersionKind, type KubernetesObject, systemClock } from '@entrepot/kube';
import { Service, StatefulSet } from '../api/group.ts';
import { namesOf } from '../plan/naming.ts';
import { isOwnedBy } from '../plan/ownership.ts';
import { drainSeconds, type PodHandover, podHandover, servingPod } from '../plan/pod-handover.ts';
import type { ValidMirror } from '../plan/survey.ts';

/** What pods of another system are replaced by next. */
export interface HandoverStep {
  readonly handover: PodHandover;
  /** When to look again though nothing happened, in milliseconds. */
  readonly lookAgainMs?: number;
}

interface Narrowed {
  readonly serving: number;
  readonly sinceMs: number;
}

/** Waits between the steps of a handover until every node knows where connections go. */
export class PodHandovers {
  readonly #applier: Pick<Applier, 'read'>;
  readonly #namespace: string;
  readonly #clock: Clock;
  /** By mirror, since when its Service is known to send connections to one pod alone. */
  readonly #narrowed = new Map<string, Narrowed>();

  constructor(applier: Pick<Applier, 'read'>, namespace: string, clock: Clock = systemClock) {
    this.#applier = applier;
    this.#namespace = namespace;
    this.#clock = clock;
  }

  /** The step that is to be taken now. What we wrote ourselves counts, though no informer may have told of it. */
  async next({ object, spec }: ValidMirror, signal: AbortSignal): Promise<HandoverStep> {
    const { name } = object.metadata;
    const names = namesOf(name);
    const own = async (kind: GroupVersionKind, named: string): Promise<KubernetesObject | undefined> => {
      const live = await this.#applier.read(kind, { namespace: this.#namespace, name: named }, signal);
      return live !== undefined && isOwnedBy(object, live) ? live : undefined;
    };
    const [service, server] = await Promise.all([own(Service, names.service), own(StatefulSet, names.statefulSet)]);
    const leftMs = this.#leftMs(name, servingPod(service));
    const handover = podHandover({ replicas: spec.replicas, server, service, isDrained: leftMs === 0 });
    return { handover, ...(leftMs > 0 && { lookAgainMs: leftMs }) };
  }

  /** To be called when a mirror is gone. */
  forget(mirror: string): void {
    this.#narrowed.delete(mirror);
  }

  #leftMs(mirror: string, serving: number | undefined): number {
    if (serving === undefined) {
      this.#narrowed.delete(mirror);
      return 0;
    }
    const known = this.#narrowed.get(mirror);
    const narrowed = known?.serving === serving ? known : { serving, sinceMs: this.#clock.elapsedMs() };
    this.#narrowed.set(mirror, narrowed);
    return Math.max(0, narrowed.sinceMs + drainSeconds * 1000 - this.#clock.elapsedMs());
  }
}
