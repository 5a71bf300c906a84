import { isDeepStrictEqual } from 'node:util';
import {
  apiVersionOf,
  type Clock,
  type EventRecorder,
  isNotFound,
  isOlder,
  type KubeClient,
  type KubernetesObject,
  systemClock,
} from '@entrepot/kube';
import { fieldManager, RegistryMirror } from '../api/group.ts';
import { type MirrorStatus, readStatus } from '../api/registry-mirror-status.ts';
import type { SurveyedMirror } from '../plan/survey.ts';
import { isCalm } from './conditions.ts';
import { type Dismissal, type MirrorOutcome, mirrorStatus } from './status.ts';

export interface ReporterOptions {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly clock?: Clock | undefined;
}

/** How long a status that goes on saying "not yet" is left unwritten: replicas and nodes come one by one. */
const holdMs = 3_000;

/** Writes a mirror's status when it differs, and tells of transitions by events. */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #clock: Clock;
  /** What was written last, for as long as the informer still shows the mirror as it was before. */
  readonly #written = new Map<string, { readonly version: string; readonly status: MirrorStatus }>();
  /** Since when the status of these mirrors is left unwritten. */
  readonly #heldSince = new Map<string, number>();

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * @param outcome of mirrors that cannot be planned, what is being taken from nodes
   * @returns after how many milliseconds to report again, where the status was left unwritten until then
   */
  async report(
    mirror: SurveyedMirror,
    outcome: MirrorOutcome | Dismissal,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { object } = mirror;
    const { name, resourceVersion = '' } = object.metadata;
    const written = this.#written.get(name);
    const isBehind = written !== undefined && isOlder(resourceVersion, written.version);
    const before = isBehind ? written.status : readStatus(object['status']);
    const status = mirrorStatus(mirror, outcome, before, this.#clock.now());
    const isHeld = mirror.kind === 'valid' && isNotYet(before) && isNotYet(status, before.observedGeneration);
    if (!isHeld || isDeepStrictEqual(status, before)) this.#heldSince.delete(name);
    if (isDeepStrictEqual(status, before)) return undefined;
    const leftMs = isHeld ? holdMs - this.#heldFor(name) : 0;
    if (leftMs > 0) return leftMs;
    this.#heldSince.delete(name);
    const version = await this.#write(object, status, signal);
    if (version !== undefined) this.#written.set(name, { version, status });
    this.#tell(mirror, before, status);
    return undefined;
  }

  /** Whether all that is new of a mirror is the status that was written here: then there is nothing to be done about it. */
  isEcho(mirror: KubernetesObject, previous: KubernetesObject | undefined): boolean {
    const { resourceVersion, ...rest } = mirror.metadata;
    const isWritten = resourceVersion !== undefined && this.#written.get(rest.name)?.version === resourceVersion;
    if (!isWritten || previous === undefined) return false;
    const { resourceVersion: _former, ...before } = previous.metadata;
    return isDeepStrictEqual(rest, before);
  }

  /** To be called when a mirror is gone. */
  forget(name: string): void {
    this.#written.delete(name);
    this.#heldSince.delete(name);
  }

  #heldFor(name: string): number {
    const now = this.#clock.elapsedMs();
    const since = this.#heldSince.get(name) ?? now;
    this.#heldSince.set(name, since);
    return now - since;
  }

  /** @returns the mirror's version since; undefined where it is gone */
  async #write({ metadata }: KubernetesObject, status: MirrorStatus, signal: AbortSignal): Promise<string | undefined> {
    const { name, uid } = metadata;
    const body = {
      apiVersion: apiVersionOf(RegistryMirror),
      kind: RegistryMirror.kind,
      // The uid is a precondition: a new mirror of that name is not told of the old one.
      metadata: uid === undefined ? { name } : { name, uid },
      status,
    };
    try {
      const options = { fieldManager, force: true, subresource: 'status' } as const;
      return (await this.#options.client.apply(body, options, signal)).metadata.resourceVersion;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  }

  #tell(mirror: SurveyedMirror, before: MirrorStatus, now: MirrorStatus): void {
    const { events } = this.#options;
    if (mirror.kind === 'valid' && before.observedGeneration !== now.observedGeneration) {
      for (const message of mirror.warnings)
        events.record(mirror.object, { type: 'Warning', reason: 'SpecWarning', message });
    }
    const was = before.conditions.find(({ type }) => type === 'Ready');
    const is = now.conditions.find(({ type }) => type === 'Ready');
    if (is === undefined || (was?.status === is.status && was.reason === is.reason)) return;
    const { reason, message } = is;
    events.record(mirror.object, { type: isCalm(is) ? 'Normal' : 'Warning', reason, message });
  }
}

/** Whether a status says, of that generation, that the mirror will be ready by time alone. */
function isNotYet({ conditions, observedGeneration }: MirrorStatus, generation = observedGeneration): boolean {
  const ready = conditions.find(({ type }) => type === 'Ready');
  return observedGeneration === generation && ready?.status === 'False' && isCalm(ready);
}
