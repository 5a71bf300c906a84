export { appliedHashAnnotation } from './apply/applied-hash.ts';
export { Applier, type ApplierOptions, type ApplyOutcome } from './apply/applier.ts';
export { covers } from './apply/covers.ts';
export { Inventory, inventoryName, type InventoryEntry, type InventoryOptions } from './apply/inventory.ts';
export { mergeTextBlock } from './apply/merge-text-block.ts';
export { type PruneScope } from './apply/prune.ts';
export { applyTextBlock, type ConfigMapTextBlock, type TextBlockOptions } from './apply/text-block.ts';
export { textBlockProblem } from './apply/text-block-problem.ts';
export { backoffMs, type BackoffRange } from './backoff.ts';
export {
  loadConnection,
  type ClusterConnection,
  type Credentials,
  type LoadConnectionOptions,
  type TlsMaterial,
} from './client/connection.ts';
export { labelSelector } from './client/label-selector.ts';
export { KubeClient, type KubeClientOptions } from './client/kube-client.ts';
export {
  type ApplyOptions,
  type CreateOptions,
  type DeleteOptions,
  type ObjectList,
  type PatchOptions,
  type Query,
  type RequestOptions,
  type Selection,
  type WatchOptions,
} from './client/request-options.ts';
export { type ApiResource } from './client/resource-catalog.ts';
export { type WatchEvent } from './client/watch-stream.ts';
export { systemClock, type Clock } from './clock.ts';
export { Controller, type ControllerOptions } from './control/controller.ts';
export { LeaderElection, LeadershipLostError, type LeaderElectionOptions } from './control/leader-election.ts';
export { Manager, type ManagerOptions } from './control/manager.ts';
export { type Runnable } from './control/runnable.ts';
export { WorkQueue, type WorkQueueOptions } from './control/work-queue.ts';
export { ApiError, type ApiCause, isConflict, isNotFound, TerminalError, WaitingError } from './errors.ts';
export { Informer, type InformerOptions } from './informer/informer.ts';
export { type Change } from './informer/object-diff.ts';
export { type ObjectStore } from './informer/object-store.ts';
export { isOlder } from './informer/resource-version.ts';
export { silentLogger, type Logger } from './logger.ts';
export {
  apiVersionOf,
  describe,
  formatKey,
  keyOf,
  kindOf,
  parseKey,
  type GroupVersionKind,
  type KubernetesObject,
  type ManagedFieldsEntry,
  type ObjectKey,
  type ObjectMeta,
  type OwnerReference,
} from './object.ts';
export { type EventToRecord } from './observe/event.ts';
export { EventRecorder, type EventRecorderOptions } from './observe/event-recorder.ts';
export { HealthServer, type Checks, type HealthServerOptions } from './observe/health-server.ts';
export { Metrics } from './observe/metrics.ts';
export { done, type Result } from './result.ts';
