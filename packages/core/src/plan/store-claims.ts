import { z } from 'zod';
import { parseQuantity } from '../api/quantity.ts';
import { PersistentVolumeClaim } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import { namesOf, storeClaim } from './naming.ts';

/** A size, as it is written and in bytes. */
export interface Size {
  readonly text: string;
  readonly bytes: number;
}

/** The claim of one replica. */
export interface StoreClaim {
  readonly name: string;
  readonly pod: string;
  readonly resourceVersion: string;
  readonly storageClass?: string;
  /** Only then its size may be changed. */
  readonly isBound: boolean;
  readonly requested: Size;
  /** What it asks for, or what it has as long as that is less. */
  readonly size: Size;
  /** Its volume is larger already, the file system on it is not. */
  readonly awaitsFileSystem: boolean;
  /** What the storage's driver says is wrong. */
  readonly trouble?: string;
}

const quantity = z.union([z.string(), z.number()]);
const claimShape = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().default(''), deletionTimestamp: z.string().optional() }),
  spec: z.looseObject({
    storageClassName: z.string().optional(),
    resources: z.looseObject({ requests: z.looseObject({ storage: quantity }) }),
  }),
  status: z
    .looseObject({
      phase: z.string().optional(),
      capacity: z.looseObject({ storage: quantity.optional() }).default({}),
      allocatedResourceStatuses: z.looseObject({ storage: z.string().default('') }).default({ storage: '' }),
      conditions: z
        .array(z.looseObject({ type: z.string(), status: z.string(), message: z.string().default('') }))
        .default([]),
    })
    .prefault({}),
});

/** The claims that the replicas of a mirror have; those of replicas that it had once stay as they are. */
export function storeClaims(
  mirror: string,
  replicas: number,
  namespace: string,
  state: ClusterState,
): readonly StoreClaim[] {
  return Array.from({ length: replicas }, (_, replica) => {
    const name = storeClaim(mirror, replica);
    const live = claimShape.safeParse(state.get(PersistentVolumeClaim, { namespace, name })).data;
    // One that is deleted waits for its pod to go; the next one of its name is another.
    if (live === undefined || live.metadata.deletionTimestamp !== undefined) return [];
    return { name, pod: `${namesOf(mirror).statefulSet}-${replica}`, ...readClaim(live) };
  }).flat();
}

function readClaim({ metadata, spec, status }: z.infer<typeof claimShape>): Omit<StoreClaim, 'name' | 'pod'> {
  const { storageClassName: storageClass = '', resources } = spec;
  const requested = sizeOf(resources.requests.storage);
  const capacity = status.capacity.storage === undefined ? requested : sizeOf(status.capacity.storage);
  const trouble = troubleOf(status);
  return {
    resourceVersion: metadata.resourceVersion,
    ...(storageClass !== '' && { storageClass }),
    isBound: status.phase === 'Bound',
    requested,
    size: capacity.bytes < requested.bytes ? capacity : requested,
    awaitsFileSystem: status.conditions.some((condition) => isTrue(condition, 'FileSystemResizePending')),
    ...(trouble !== undefined && { trouble }),
  };
}

/** A size as somebody wrote it. */
export function sizeOf(storage: string | number): Size {
  return { text: String(storage), bytes: parseQuantity(storage) ?? 0 };
}

/** Conditions of this kind come with Kubernetes 1.31; the word in the status is all that earlier ones have, if that. */
function troubleOf({
  conditions,
  allocatedResourceStatuses: { storage: state },
}: z.infer<typeof claimShape>['status']): string | undefined {
  const said = conditions.find((condition) =>
    ['ControllerResizeError', 'NodeResizeError'].some((type) => isTrue(condition, type)),
  );
  if (said !== undefined) return said.message || said.type;
  return /(Infeasible|Failed)$/.test(state) ? state : undefined;
}

function isTrue(condition: { readonly type: string; readonly status: string }, type: string): boolean {
  return condition.type === type && condition.status === 'True';
}
