import type { KubeClient } from '../client/kube-client.ts';
import { ApiError, isConflict, isDuplicate, isReplaced, TerminalError, WaitingError } from '../errors.ts';
import type { ObjectStore } from '../informer/object-store.ts';
import { silentLogger, type Logger } from '../logger.ts';
import { describe, keyOf, kindOf, type GroupVersionKind, type KubernetesObject, type ObjectKey } from '../object.ts';
import type { Metrics } from '../observe/metrics.ts';
import { adopt } from './adoption.ts';
import { appliedHash, appliedHashAnnotation, withAppliedHash } from './applied-hash.ts';
import { covers } from './covers.ts';
import { OwnWrites } from './own-writes.ts';
import { prune, type PruneScope } from './prune.ts';
import { replaceLists } from './replace-lists.ts';

export interface ApplierOptions {
  readonly client: KubeClient;
  readonly fieldManager: string;
  /**
   * The informer's store of a kind, where one holds all its objects of that namespace (of all namespaces, when that is undefined);
   * without, objects are read from the server.
   */
  readonly live: (kind: GroupVersionKind, namespace: string | undefined) => ObjectStore<KubernetesObject> | undefined;
  /** Field managers of a former system whose objects become ours: fields of theirs that are not wanted are removed. */
  readonly adopts?: readonly string[] | undefined;
  /** Told of every object that is not applied because one of its name is somebody else's. */
  readonly onForeign?: ((wanted: KubernetesObject) => void) | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: Metrics | undefined;
}

/** How long until a foreign object is looked at again where no informer would tell that it is gone. */
const unwatchedWaitMs = 30_000;

export type ApplyOutcome = 'created' | 'updated' | 'unchanged';

/**
 * Makes objects so, by server-side apply, and removes those that are wanted no more. Where nothing differs, nothing is written:
 * the live object carries the hash of the desired one, and still has all its fields. Whether something differs is found in the
 * informers' stores; what exists is written to only after it was read afresh.
 */
export class Applier {
  readonly #options: ApplierOptions;
  readonly #logger: Logger;
  readonly #ownWrites = new OwnWrites();
  /** Objects the server found unchanged though they look different (it normalises something unknown here), as they were then. */
  readonly #settled = new Map<string, string>();

  constructor(options: ApplierOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
  }

  /** An object as it is known: as this applier wrote it last, or as the informer has it; asked for where neither can know. */
  async read(kind: GroupVersionKind, key: ObjectKey, signal?: AbortSignal): Promise<KubernetesObject | undefined> {
    const store = this.#store(kind, key.namespace);
    return store === undefined ? this.#options.client.get(kind, key, signal) : this.#ownWrites.latest(store, key);
  }

  /**
   * Applies one object. Fields that others changed become ours again; fields that others added stay. Only where
   * the server refuses ours because an item of a list is there twice, all lists become as they are wanted.
   *
   * @param isOurs whether an object of that name may be written to (its owner, its labels)
   * @throws TerminalError `ForeignObject` when it may not, a WaitingError where no informer would tell of a change; ApiError 409 when the object was replaced meanwhile: try again; 422 when the server refuses it for what it says
   */
  async apply(
    object: KubernetesObject,
    isOurs: (live: KubernetesObject) => boolean,
    signal?: AbortSignal,
  ): Promise<ApplyOutcome> {
    const wanted = { desired: withAppliedHash(object, appliedHash(object)), isOurs };
    const known = await this.read(kindOf(object), keyOf(object), signal);
    if (known !== undefined && this.#isApplied(wanted, known)) return 'unchanged';
    const outcome =
      known === undefined ? await this.#create(wanted, signal) : await this.#update(wanted, known, signal);
    if (outcome === 'unchanged') return outcome;
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
      this.#note(object, true);
      this.#options.metrics?.writes.inc({ kind: object.kind, outcome: 'deleted' });
      this.#logger.info({ kind: object.kind, ...keyOf(object) }, `deleted ${describe(object)}`);
    }
    return deleted.map(describe);
  }

  /** One that was never filled says nothing. */
  #store(kind: GroupVersionKind, namespace: string | undefined): ObjectStore<KubernetesObject> | undefined {
    const store = this.#options.live(kind, namespace);
    return store?.resourceVersion === undefined ? undefined : store;
  }

  /** @throws TerminalError or WaitingError `ForeignObject` */
  #isApplied({ desired, isOurs }: Wanted, live: KubernetesObject): boolean {
    if (!isOurs(live)) {
      this.#options.onForeign?.(desired);
      const message = `${describe(desired)} exists already and belongs to somebody else; it is left as it is`;
      if (this.#store(kindOf(desired), desired.metadata.namespace) !== undefined) {
        throw new TerminalError('ForeignObject', message);
      }
      throw new WaitingError('ForeignObject', message, unwatchedWaitMs);
    }
    const { annotations } = desired.metadata;
    if (live.metadata.annotations?.[appliedHashAnnotation] !== annotations?.[appliedHashAnnotation]) return false;
    return covers(desired, live) || this.#settled.get(idOf(desired)) === versionOf(live);
  }

  /** An apply would merge into an object that came unseen, be it foreign; a creation is refused. */
  async #create(wanted: Wanted, signal: AbortSignal | undefined): Promise<ApplyOutcome> {
    const { client, fieldManager } = this.#options;
    const { desired } = wanted;
    try {
      this.#note(await client.create(desired, { fieldManager, isStrict: true }, signal));
      return 'created';
    } catch (error) {
      const live = isConflict(error) ? await client.get(kindOf(desired), keyOf(desired), signal) : undefined;
      if (live === undefined) throw error;
      return this.#updateFresh(wanted, live, signal);
    }
  }

  /** What a store has lacks managedFields and may be old. */
  async #update(wanted: Wanted, known: KubernetesObject, signal: AbortSignal | undefined): Promise<ApplyOutcome> {
    const { desired } = wanted;
    const [kind, key] = [kindOf(desired), keyOf(desired)];
    const isFresh = this.#store(kind, key.namespace) === undefined;
    const live = isFresh ? known : await this.#options.client.get(kind, key, signal);
    return live === undefined ? this.#create(wanted, signal) : this.#updateFresh(wanted, live, signal);
  }

  async #updateFresh(wanted: Wanted, live: KubernetesObject, signal: AbortSignal | undefined): Promise<ApplyOutcome> {
    const { desired } = wanted;
    if (this.#isApplied(wanted, live)) {
      this.#note(live);
      return 'unchanged';
    }
    const applied = await this.#writeOver(live, desired, signal);
    this.#note(applied);
    if (versionOf(applied) !== versionOf(live)) return 'updated';
    this.#settled.set(idOf(desired), versionOf(live));
    return 'unchanged';
  }

  async #writeOver(
    live: KubernetesObject,
    desired: KubernetesObject,
    signal: AbortSignal | undefined,
  ): Promise<KubernetesObject> {
    const { client, fieldManager, adopts = [] } = this.#options;
    const adopted = await adopt(client, live, { fieldManager, adopts }, signal);
    // The uid is a precondition: should the object be replaced meanwhile, it is looked at again first.
    const { uid } = adopted.metadata;
    const body = { ...desired, metadata: { ...desired.metadata, ...(uid !== undefined && { uid }) } };
    const write = async () =>
      client.apply(body, { fieldManager, force: true }, signal).catch((error: unknown) => {
        throw isReplaced(error) ? new ApiError(409, 'Conflict', `${describe(desired)} was replaced meanwhile`) : error;
      });
    try {
      return await write();
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const replaced = await replaceLists(client, desired, adopted, fieldManager, signal).catch((refusal: unknown) => {
        throw isConflict(refusal) ? refusal : error;
      });
      await adopt(client, replaced, { fieldManager, adopts }, signal);
      return write();
    }
  }

  #note(written: KubernetesObject, isDeletion = false): void {
    const store = this.#store(kindOf(written), written.metadata.namespace);
    if (store !== undefined) this.#ownWrites.note(store, written, isDeletion);
  }
}

/** An object to apply, and whether what has its name may be written to. */
interface Wanted {
  readonly desired: KubernetesObject;
  readonly isOurs: (live: KubernetesObject) => boolean;
}

function idOf(object: KubernetesObject): string {
  return `${object.apiVersion} ${describe(object)}`;
}

function versionOf({ metadata }: KubernetesObject): string {
  return `${metadata.uid}@${metadata.resourceVersion}`;
}
