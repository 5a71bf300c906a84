import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

/** Why no replica of a mirror is ready, for the condition CacheAvailable. */
export interface PodObstacle {
  readonly reason: 'NoReplicaReady' | typeof volumeUnreachable;
  readonly message: string;
}

/** The reason where no pod can go where the volumes are. */
export const volumeUnreachable = 'VolumeUnreachable';

/** What the scheduler says where a pod's volume is on a node that is gone, or takes no pods: Kubernetes before and since 1.34. */
const volumeElsewhere = /volume node affinity conflict|didn't match PersistentVolume's node affinity/;

/** A container waits for these by itself; CrashLoopBackOff says nothing that its last end does not say better. */
const ordinaryWaits = new Set(['', 'ContainerCreating', 'PodInitializing', 'CrashLoopBackOff']);

/** The kubelet tries to pull an image and waits in turn, and says in both states why it failed. */
const pullFailures = new Set(['ErrImagePull', 'ImagePullBackOff']);

const ended = z.looseObject({ exitCode: z.number(), reason: z.string().default('') });
const containerShape = z.looseObject({
  name: z.string(),
  ready: z.boolean().default(false),
  state: z
    .looseObject({
      waiting: z.looseObject({ reason: z.string().default(''), message: z.string().default('') }).optional(),
      terminated: ended.optional(),
    })
    .default({}),
  lastState: z.looseObject({ terminated: ended.optional() }).default({}),
});
const podShape = z.looseObject({
  spec: z
    .looseObject({
      volumes: z
        .array(z.looseObject({ persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional() }))
        .default([]),
    })
    .default({ volumes: [] }),
  status: z
    .looseObject({
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
      containerStatuses: z.array(containerShape).default([]),
    })
    .default({ conditions: [], containerStatuses: [] }),
});

type Pod = z.infer<typeof podShape>;
type ContainerStatus = z.infer<typeof containerShape>;

/**
 * Says of a pod why it does not start, and what to do where that can be said; undefined where nothing is known to be in its way,
 * and of pods that are told to end: those need not start, and drain for minutes.
 * The words stay the same for as long as the reason does: they go into a status. Pure.
 */
export function podObstacle(object: KubernetesObject): PodObstacle | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return undefined;
  const pod = podShape.parse(object);
  const { conditions, containerStatuses } = pod.status;
  const unplaced = conditions.find(({ type, status: holds }) => type === 'PodScheduled' && holds === 'False');
  if (unplaced !== undefined && unplaced.message !== '') return placementObstacle(object, pod, unplaced.message);
  const [message] = containerStatuses.flatMap((status) => containerObstacle(object, status) ?? []);
  return message === undefined ? undefined : { reason: 'NoReplicaReady', message };
}

function placementObstacle({ metadata }: KubernetesObject, { spec }: Pod, message: string): PodObstacle {
  const { name, namespace } = metadata;
  // What comes after the reasons is about making room, by ending other pods.
  const [said = ''] = message.split(/\. |\.$/);
  if (!volumeElsewhere.test(message)) {
    return { reason: 'NoReplicaReady', message: `pod ${name} can go to no node: ${said}` };
  }
  const claims = spec.volumes
    .flatMap(({ persistentVolumeClaim: claim }) => (claim === undefined ? [] : `pvc/${claim.claimName}`))
    .join(' ');
  return {
    reason: volumeUnreachable,
    message: `pod ${name} can go to no node that has its volume: ${said}. If that node is gone for good: kubectl -n ${namespace} delete ${claims} pod/${name}; a new volume is then filled from the upstream`,
  };
}

function containerObstacle({ metadata }: KubernetesObject, status: ContainerStatus): string | undefined {
  if (status.ready) return undefined;
  const { name: container, state, lastState } = status;
  const which = `pod ${metadata.name}, container ${container}`;
  if (state.waiting !== undefined && !ordinaryWaits.has(state.waiting.reason)) {
    return `${which}: ${waitOf(state.waiting)}`;
  }
  // Between two attempts it runs for a moment, and is not ready.
  const end = state.terminated ?? lastState.terminated;
  if (end === undefined) return undefined;
  const why = ['', 'Error', 'Completed', 'Unknown'].includes(end.reason) ? '' : ` (${end.reason})`;
  // At its first end there is nothing previous, which kubectl would refuse to show.
  const previous = lastState.terminated === undefined ? '' : ' --previous';
  const logs = `kubectl -n ${metadata.namespace} logs ${metadata.name} -c ${container}${previous}`;
  return `${which}: ended with exit code ${end.exitCode}${why}: ${logs}`;
}

function waitOf({ reason, message }: { readonly reason: string; readonly message: string }): string {
  const said = message.replace(/^Back-off pulling image "[^"]*": ErrImagePull: /, '');
  return [pullFailures.has(reason) ? 'ImagePullBackOff' : reason, said].filter((part) => part !== '').join(': ');
}
