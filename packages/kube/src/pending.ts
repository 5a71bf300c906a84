// Signatures first: bodies move to their own files one by one.
import type { Registry } from 'prom-client';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import type { GroupVersionKind, KubernetesObject, ObjectKey } from './object.ts';
import type { Result } from './result.ts';

export interface ClusterConnection {
  readonly server: string;
  readonly namespace: string | undefined;
}
export interface LoadConnectionOptions {
  /** Path of a kubeconfig file. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}
export const loadConnection = (_options: LoadConnectionOptions = {}): Promise<ClusterConnection> =>
  Promise.reject(new Error('not built yet'));

export interface KubeClientOptions {
  readonly logger?: Logger | undefined;
  readonly userAgent?: string | undefined;
  readonly metrics?: Metrics | undefined;
  readonly clock?: Clock | undefined;
}
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}
export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}
export interface ApplyOptions {
  readonly fieldManager: string;
  readonly force?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
  readonly dryRun?: boolean | undefined;
}
export interface PatchOptions {
  readonly type: 'merge' | 'json';
  readonly subresource?: string | undefined;
  readonly fieldManager?: string | undefined;
}
export interface DeleteOptions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
}
export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  /** The stream ends with an error when nothing, not even a bookmark, arrives for so long. */
  readonly inactivityMs?: number | undefined;
}
export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string };
export interface ApiResource {
  readonly plural: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
}
export interface RequestOptions {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}
export class KubeClient {
  declare get: <T extends KubernetesObject>(
    kind: GroupVersionKind,
    key: ObjectKey,
    signal?: AbortSignal,
  ) => Promise<T | undefined>;
  declare list: <T extends KubernetesObject>(
    kind: GroupVersionKind,
    selection?: Selection,
    signal?: AbortSignal,
  ) => Promise<ObjectList<T>>;
  declare create: <T extends KubernetesObject>(object: T, signal?: AbortSignal) => Promise<T>;
  declare update: <T extends KubernetesObject>(object: T, signal?: AbortSignal) => Promise<T>;
  declare apply: <T extends KubernetesObject>(
    object: KubernetesObject,
    options: ApplyOptions,
    signal?: AbortSignal,
  ) => Promise<T>;
  declare patch: <T extends KubernetesObject>(
    kind: GroupVersionKind,
    key: ObjectKey,
    patch: unknown,
    options: PatchOptions,
    signal?: AbortSignal,
  ) => Promise<T>;
  declare delete: (
    kind: GroupVersionKind,
    key: ObjectKey,
    options?: DeleteOptions,
    signal?: AbortSignal,
  ) => Promise<boolean>;
  declare watch: <T extends KubernetesObject>(
    kind: GroupVersionKind,
    options: WatchOptions,
    signal: AbortSignal,
  ) => AsyncIterable<WatchEvent<T>>;
  declare resource: (kind: GroupVersionKind, signal?: AbortSignal) => Promise<ApiResource>;
  declare request: <T>(method: string, path: string, options?: RequestOptions) => Promise<T>;
  declare close: () => Promise<void>;
  constructor(_connection: ClusterConnection, _options: KubeClientOptions = {}) {}
}

export interface ObjectStore<T> {
  get(key: ObjectKey): T | undefined;
  list(namespace?: string): readonly T[];
}
export interface Change<T> {
  readonly type: 'added' | 'updated' | 'deleted';
  readonly object: T;
  /** The state before, of an update. */
  readonly previous?: T;
}
export interface InformerOptions extends Selection {
  readonly client: KubeClient;
  readonly kind: GroupVersionKind;
  /** Off by default: managedFields are most of an object's bytes and nobody reads them. */
  readonly keepManagedFields?: boolean | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
}
export class Informer<T extends KubernetesObject = KubernetesObject> {
  declare readonly kind: GroupVersionKind;
  declare readonly store: ObjectStore<T>;
  declare readonly hasSynced: boolean;
  declare synced: (signal?: AbortSignal) => Promise<void>;
  /** Also called with 'added' for every object that is known already. Returns the function that ends it. */
  declare onChange: (listener: (change: Change<T>) => void) => () => void;
  declare run: (signal: AbortSignal) => Promise<void>;
  constructor(_options: InformerOptions) {}
}

export interface WorkQueueOptions {
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
}
export class WorkQueue {
  declare readonly size: number;
  declare add: (key: string) => void;
  declare addAfter: (key: string, ms: number) => void;
  /** Adds it after its own back-off, which grows with every call until `forget`. */
  declare retry: (key: string, atLeastMs?: number) => void;
  declare forget: (key: string) => void;
  declare get: (signal: AbortSignal) => Promise<string>;
  declare done: (key: string) => void;
  constructor(_options: WorkQueueOptions = {}) {}
}

/** Something that runs until its signal is aborted. */
export interface Runnable {
  readonly needsLeadership?: boolean;
  /** `kill` says: stop what is still under way, too. */
  run(signal: AbortSignal, kill?: AbortSignal): Promise<void>;
}
export interface ControllerOptions {
  readonly name: string;
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Result>;
  readonly concurrency?: number | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
}
export class Controller implements Runnable {
  declare readonly name: string;
  declare readonly needsLeadership: true;
  declare enqueue: (key: string) => void;
  declare watch: <T extends KubernetesObject>(
    informer: Informer<T>,
    keysOf: (object: T, change: Change<T>) => Iterable<string>,
  ) => void;
  declare run: (signal: AbortSignal, kill?: AbortSignal) => Promise<void>;
  constructor(_options: ControllerOptions) {}
}

export interface LeaderElectionOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly leaseDurationMs?: number | undefined;
  readonly renewDeadlineMs?: number | undefined;
  readonly retryMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}
export class LeaderElection {
  declare readonly isLeader: boolean;
  declare run: (lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal) => Promise<void>;
  constructor(_options: LeaderElectionOptions) {}
}

export interface ManagerOptions {
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
  readonly leaderElection?: LeaderElection | undefined;
  readonly health?: { readonly port: number; readonly host?: string | undefined } | undefined;
  readonly drainMs?: number | undefined;
}
export class Manager {
  /** The port the health server listens on; useful when it was asked for port 0. */
  declare readonly healthPort: number | undefined;
  declare add: (...runnables: readonly (Informer<never> | Runnable)[]) => this;
  declare run: (signal: AbortSignal) => Promise<void>;
  constructor(_options: ManagerOptions = {}) {}
}

export type ApplyOutcome = 'created' | 'updated' | 'unchanged';
export interface ApplierOptions {
  readonly client: KubeClient;
  readonly fieldManager: string;
  readonly live: (kind: GroupVersionKind) => ObjectStore<KubernetesObject> | undefined;
  readonly logger?: Logger | undefined;
  readonly metrics?: Metrics | undefined;
}
export interface PruneScope {
  readonly kinds: readonly GroupVersionKind[];
  readonly namespace?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly isOurs: (live: KubernetesObject) => boolean;
}
export class Applier {
  declare apply: (
    object: KubernetesObject,
    isOurs: (live: KubernetesObject) => boolean,
    signal?: AbortSignal,
  ) => Promise<ApplyOutcome>;
  /** Returns `Kind namespace/name` of what it deleted. */
  declare prune: (
    scope: PruneScope,
    keep: readonly KubernetesObject[],
    signal?: AbortSignal,
  ) => Promise<readonly string[]>;
  constructor(_options: ApplierOptions) {}
}
export const appliedHashAnnotation = 'entrepot/applied-hash';

export interface ConfigMapTextBlock {
  readonly configMap: { readonly namespace: string; readonly name: string };
  readonly key: string;
  readonly marker: string;
  readonly content: string;
}
export const applyTextBlock = (
  _client: KubeClient,
  _block: ConfigMapTextBlock,
  _signal?: AbortSignal,
): Promise<ApplyOutcome> => Promise.reject(new Error('not built yet'));
export const mergeTextBlock = (_text: string, _marker: string, _content: string): string => {
  throw new Error('not built yet');
};

export interface InventoryOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name?: string | undefined;
  readonly fieldManager: string;
}
export interface InventoryEntry extends GroupVersionKind {
  readonly namespace?: string;
}
export class Inventory {
  declare read: (signal?: AbortSignal) => Promise<ReadonlyMap<string, readonly InventoryEntry[]>>;
  declare record: (scope: string, entries: readonly InventoryEntry[], signal?: AbortSignal) => Promise<void>;
  declare forget: (scope: string, signal?: AbortSignal) => Promise<void>;
  constructor(_options: InventoryOptions) {}
}

export interface EventRecorderOptions {
  readonly client: KubeClient;
  readonly component: string;
  readonly instance?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}
export interface EventToRecord {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly action?: string | undefined;
}
export class EventRecorder {
  declare record: (regarding: KubernetesObject, event: EventToRecord) => void;
  /** Resolves when everything recorded so far was written or given up. */
  declare flush: (signal?: AbortSignal) => Promise<void>;
  constructor(_options: EventRecorderOptions) {}
}

export class Metrics {
  /** For further metrics of the program's own. */
  declare readonly registry: Registry;
  declare text: () => Promise<string>;
}
export interface HealthServerOptions {
  readonly port: number;
  readonly host?: string | undefined;
  readonly metrics?: Metrics | undefined;
  readonly checks?: {
    readonly live?: Readonly<Record<string, () => boolean>>;
    readonly ready?: Readonly<Record<string, () => boolean>>;
  };
}
export class HealthServer {
  /** Resolves with the port when it listens. */
  declare listen: () => Promise<number>;
  declare close: () => Promise<void>;
  constructor(_options: HealthServerOptions) {}
}
