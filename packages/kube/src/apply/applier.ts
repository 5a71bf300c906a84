import type { KubeClient } from '../client/kube-client.ts';
import { TerminalError } from '../errors.ts';
import type { ObjectStore } from '../informer/object-store.ts';
import { silentLogger, type Logger } from '../logger.ts';
import { describe, keyOf, kindOf, type GroupVersionKind, type KubernetesObject } from '../object.ts';
import type { Metrics } from '../observe/metrics.ts';
import { appliedHash, appliedHashAnnotation, withAppliedHash } from './applied-hash.ts';
import { covers } from './covers.ts';
import { prune, type PruneScope } from './prune.ts';

export interface ApplierOptions {
  readonly client: KubeClient;
  readonly fieldManager: string;
  /** The informer's store of a kind, where there is one; without, objects are read from the server. */
  readonly live: (kind: GroupVersionKind) => ObjectStore<KubernetesObject> | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: Metrics | undefined;
}

export type ApplyOutcome = 'created' | 'updated' | 'unchanged';

/**
 * Makes objects so, by server-side apply, and removes those that are wanted no more. Where nothing differs, nothing is written:
 * the live object carries the hash of the desired one, and still has all its fields.
 */
export class Applier {
  readonly #options: ApplierOptions;
  readonly #logger: Logger;
  /** Objects the server found unchanged though they look different (it normalises something unknown here), as they were then. */
  readonly #settled = new Map<string, string>();

  constructor(options: ApplierOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  /**
   * Applies one object. Fields that others changed become ours again; fields that others added stay.
   *
   * @param isOurs whether an object of that name may be written to (its owner, its labels)
   * @throws TerminalError `ForeignObject` when it may not; ApiError 409 or 422 when the object came or was replaced meanwhile: try again
   */
  async apply(
    object: KubernetesObject,
    isOurs: (live: KubernetesObject) => boolean,
    signal?: AbortSignal,
  ): Promise<ApplyOutcome> {
    const live = await this.#read(object, signal);
    if (live !== undefined && !isOurs(live)) {
      throw new TerminalError(
        'ForeignObject',
        `${describe(object)} exists already and belongs to somebody else; it is left as it is`,
      );
    }
    const hash = appliedHash(object);
    const desired = withAppliedHash(object, hash);
    if (live !== undefined && this.#isApplied(desired, hash, live)) return 'unchanged';
    const outcome = await this.#write(desired, live, signal);
    this.#options.metrics?.writes.inc({ kind: object.kind, outcome });
    this.#logger.info({ kind: object.kind, ...keyOf(object), outcome }, `applied ${describe(object)}`);
    return outcome;
  }

  /**
   * Deletes the objects of a scope that are not to be kept. Returns what it deleted, as `Kind namespace/name`.
   * Kinds that are not installed hold nothing.
   */
  async prune(scope: PruneScope, keep: readonly KubernetesObject[], signal?: AbortSignal): Promise<readonly string[]> {
    const deleted = await prune(this.#options, scope, keep, signal);
    for (const object of deleted) {
      this.#settled.delete(idOf(object));
      this.#options.metrics?.writes.inc({ kind: object.kind, outcome: 'deleted' });
      this.#logger.info({ kind: object.kind, ...keyOf(object) }, `deleted ${describe(object)}`);
    }
    return deleted.map(describe);
  }

  /** The store may be behind or filtered, so that something is not there is only believed to the server. */
  async #read(object: KubernetesObject, signal: AbortSignal | undefined): Promise<KubernetesObject | undefined> {
    const cached = this.#options.live(kindOf(object))?.get(keyOf(object));
    return cached ?? this.#options.client.get(kindOf(object), keyOf(object), signal);
  }

  #isApplied(desired: KubernetesObject, hash: string, live: KubernetesObject): boolean {
    if (live.metadata.annotations?.[appliedHashAnnotation] !== hash) return false;
    return covers(desired, live) || this.#settled.get(idOf(desired)) === versionOf(live);
  }

  async #write(
    desired: KubernetesObject,
    live: KubernetesObject | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ApplyOutcome> {
    const { client, fieldManager } = this.#options;
    // The uid is a precondition: should the object be replaced meanwhile, it is looked at again first.
    const uid = live?.metadata.uid;
    const body = uid === undefined ? desired : { ...desired, metadata: { ...desired.metadata, uid } };
    const applied = await client.apply(body, { fieldManager, force: live !== undefined }, signal);
    if (live === undefined) return 'created';
    if (versionOf(applied) !== versionOf(live)) return 'updated';
    this.#settled.set(idOf(desired), versionOf(live));
    return 'unchanged';
  }
}

function idOf(object: KubernetesObject): string {
  return `${object.apiVersion} ${describe(object)}`;
}

function versionOf({ metadata }: KubernetesObject): string {
  return `${metadata.uid}@${metadata.resourceVersion}`;
}
