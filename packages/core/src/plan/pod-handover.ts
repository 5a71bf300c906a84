import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

/** Until every node has learned that new connections go elsewhere, a pod has to answer them (docs/adr/0016). */
export const drainSeconds = 5;

/** Where new connections go while pods of another system are replaced, and which pods may be. */
export interface PodHandover {
  /** The ordinal of the only pod that new connections are sent to; all of them where there is none. */
  readonly serving?: number;
  /** Pods with a smaller ordinal stay as they are. */
  readonly partition: number;
}

/** All pods serve, and all may be replaced. */
export const noHandover: PodHandover = { partition: 0 };

/** What it takes to know how far a handover is. */
export interface PodHandoverInput {
  /** How many replicas are wanted. */
  readonly replicas: number;
  /** The mirror's own StatefulSet and Service, where there are any. */
  readonly server: KubernetesObject | undefined;
  readonly service: KubernetesObject | undefined;
  /** Whether every node knows by now where the Service sends new connections. */
  readonly isDrained: boolean;
}

const podName = 'statefulset.kubernetes.io/pod-name';

const serviceShape = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ selector: z.record(z.string(), z.string()).default({}) }),
});
const serverShape = z.looseObject({
  metadata: z.looseObject({ generation: z.number().default(0) }),
  spec: z.looseObject({
    replicas: z.number().default(1),
    updateStrategy: z
      .looseObject({ rollingUpdate: z.looseObject({ partition: z.number().default(0) }).optional() })
      .optional(),
    template: z.looseObject({
      spec: z.looseObject({
        containers: z
          .array(z.looseObject({ lifecycle: z.looseObject({ preStop: z.unknown() }).optional() }))
          .default([]),
      }),
    }),
  }),
  status: z
    .looseObject({
      observedGeneration: z.number().default(0),
      readyReplicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
    })
    .default({ observedGeneration: 0, readyReplicas: 0, updatedReplicas: 0 }),
});

type Server = z.infer<typeof serverShape>;

/**
 * The next step of replacing pods that take no connections from the moment on at which they are told to end, as those of
 * mirror-operator: the cluster's nodes learn of it a moment later, and connections in between are refused. So all connections
 * go to the first pod while the others are replaced, and then to the second one while the first is.
 *
 * How far it is, is read from the Service, so another operator goes on with it. It begins only where every replica is ready:
 * otherwise the one that is left would be the wrong one.
 */
export function podHandover({ replicas, server, service, isDrained }: PodHandoverInput): PodHandover {
  const live = serverShape.safeParse(server).data;
  if (live === undefined || replicas < 2) return noHandover;
  const serving = servingPod(service);
  const isFormer = endsAtOnce(live);
  if (serving === undefined) {
    return isFormer && live.status.readyReplicas === live.spec.replicas
      ? { serving: 0, partition: replicas }
      : noHandover;
  }
  const partition = isFormer ? replicas : (live.spec.updateStrategy?.rollingUpdate?.partition ?? 0);
  if (serving === 0) {
    if (partition > 1 && !isDrained) return { serving, partition: replicas };
    return isReplacedFrom(1, live, replicas) ? { serving: 1, partition: 1 } : { serving, partition: 1 };
  }
  if (partition > 0 && !isDrained) return { serving, partition };
  return isReplacedFrom(0, live, replicas) ? noHandover : { serving, partition: 0 };
}

/** The ordinal of the only pod that a Service sends connections to, while that is so. */
export function servingPod(service: KubernetesObject | undefined): number | undefined {
  const live = serviceShape.safeParse(service).data;
  const ordinal = /-(\d+)$/.exec(live?.spec.selector[podName] ?? '')?.[1];
  return ordinal === undefined ? undefined : Number(ordinal);
}

/** What a Service has to select besides, so that it sends connections to the pod that is to serve. */
export function servingSelector(statefulSet: string, { serving }: PodHandover): Readonly<Record<string, string>> {
  return serving === undefined ? {} : { [podName]: `${statefulSet}-${serving}` };
}

function endsAtOnce({ spec }: Server): boolean {
  return spec.template.spec.containers.every(({ lifecycle }) => lifecycle?.preStop === undefined);
}

/** Whether every pod from an ordinal on is a new one, and all pods are ready. */
function isReplacedFrom(ordinal: number, live: Server, replicas: number): boolean {
  const { observedGeneration, readyReplicas, updatedReplicas } = live.status;
  const isSeen = observedGeneration >= live.metadata.generation && live.spec.replicas === replicas;
  return isSeen && !endsAtOnce(live) && updatedReplicas >= replicas - ordinal && readyReplicas >= replicas;
}
