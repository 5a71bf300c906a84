import { isDeepStrictEqual } from 'node:util';
import {
  apiVersionOf,
  type Clock,
  type EventRecorder,
  isNotFound,
  type KubeClient,
  type KubernetesObject,
  systemClock,
} from '@entrepot/kube';
import { fieldManager, RegistryMirror } from '../api/group.ts';
import { type MirrorStatus, readStatus } from '../api/registry-mirror-status.ts';
import type { SurveyedMirror } from '../plan/survey.ts';
import { isCalm } from './conditions.ts';
import { type MirrorOutcome, mirrorStatus } from './status.ts';

export interface ReporterOptions {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly clock?: Clock | undefined;
}

/** Writes a mirror's status when it differs, and tells of transitions by events. */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #clock: Clock;
  /** What was written last, for as long as the informer still shows the mirror as it was before. */
  readonly #written = new Map<string, { readonly seenVersion: string | undefined; readonly status: MirrorStatus }>();

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** @param outcome undefined for mirrors that cannot be planned */
  async report(mirror: SurveyedMirror, outcome: MirrorOutcome | undefined, signal: AbortSignal): Promise<void> {
    const { object } = mirror;
    const { name, resourceVersion } = object.metadata;
    const written = this.#written.get(name);
    const previous = written?.seenVersion === resourceVersion ? written?.status : undefined;
    const before = previous ?? readStatus(object['status']);
    const status = mirrorStatus(mirror, outcome, before, this.#clock.now());
    if (isDeepStrictEqual(status, before)) return;
    await this.#write(object, status, signal);
    this.#written.set(name, { seenVersion: resourceVersion, status });
    this.#tell(mirror, before, status);
  }

  /** To be called when a mirror is gone. */
  forget(name: string): void {
    this.#written.delete(name);
  }

  async #write({ metadata }: KubernetesObject, status: MirrorStatus, signal: AbortSignal): Promise<void> {
    const { name, uid } = metadata;
    const body = {
      apiVersion: apiVersionOf(RegistryMirror),
      kind: RegistryMirror.kind,
      // The uid is a precondition: a new mirror of that name is not told of the old one.
      metadata: uid === undefined ? { name } : { name, uid },
      status,
    };
    try {
      await this.#options.client.apply(body, { fieldManager, force: true, subresource: 'status' }, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
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
