import { createHash } from 'node:crypto';
import { microTime } from '../micro-time.ts';
import type { GroupVersionKind, KubernetesObject } from '../object.ts';

export const eventKind: GroupVersionKind = { group: 'events.k8s.io', version: 'v1', kind: 'Event' };

/** What happened to an object, for people: `kubectl describe` shows it. */
export interface EventToRecord {
  readonly type: 'Normal' | 'Warning';
  /** A stable CamelCase word. */
  readonly reason: string;
  readonly message: string;
  /** What was done or tried, CamelCase; `Reconcile` without. */
  readonly action?: string | undefined;
}

export interface EventSource {
  readonly component: string;
  readonly instance: string;
}

/** The API's limit for a note. */
const longestNote = 1024;

/** An events.k8s.io/v1 Event. Those of cluster-scoped objects live in the namespace `default`. */
export function newEvent(
  regarding: KubernetesObject,
  event: EventToRecord,
  source: EventSource,
  now: number,
): KubernetesObject {
  const { name, namespace, uid, resourceVersion } = regarding.metadata;
  const { type, reason, message, action = 'Reconcile' } = event;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      name: `${name.slice(0, 200)}.${suffix(seriesOf(regarding, event), now)}`,
      namespace: namespace ?? 'default',
    },
    eventTime: microTime(now),
    reportingController: source.component,
    reportingInstance: source.instance,
    action,
    type,
    reason,
    note: message.length > longestNote ? `${message.slice(0, longestNote - 1)}…` : message,
    regarding: { apiVersion: regarding.apiVersion, kind: regarding.kind, name, namespace, uid, resourceVersion },
  };
}

/** Events of one series say the same of the same object. */
export function seriesOf(regarding: KubernetesObject, { type, reason, message, action }: EventToRecord): string {
  const { uid, namespace, name } = regarding.metadata;
  return JSON.stringify([regarding.apiVersion, regarding.kind, namespace, name, uid, type, reason, message, action]);
}

/** Different for every series and moment; names of Events must be unique in their namespace. */
function suffix(series: string, now: number): string {
  return createHash('sha256').update(`${series}${now}`).digest('hex').slice(0, 16);
}
