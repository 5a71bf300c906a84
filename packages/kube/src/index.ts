export { systemClock, type Clock } from './clock.ts';
export { ApiError, isConflict, isNotFound, TerminalError, WaitingError } from './errors.ts';
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
export { done, type Result } from './result.ts';
