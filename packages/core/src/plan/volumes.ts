import type { KubernetesObject, ObjectKey } from '@entrepot/kube';
import { z } from 'zod';
import type { ClaimSpec } from '../api/claim-spec.ts';
import { StorageClass } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import { existingClaim, isSameButForSize, isSameClaim } from './existing-claim.ts';
import { type Size, sizeOf, type StoreClaim } from './store-claims.ts';

/** What to say of volumes that are not those the spec asks for. */
export interface StorageNote {
  readonly reason: 'StorageUnchanged' | 'StorageGrowing' | 'StorageNotGrown';
  readonly message: string;
}

/** A claim that is to ask for more. */
export interface ClaimGrowth {
  readonly key: ObjectKey;
  /** Of the claim as it was looked at. */
  readonly resourceVersion: string;
  readonly storage: string | number;
}

/** What becomes of a mirror's volumes. */
export interface VolumePlan {
  /** What the StatefulSet makes claims by. */
  readonly claim: ClaimSpec;
  /** The size of the volumes that there are. */
  readonly storage: string;
  readonly growth: readonly ClaimGrowth[];
  readonly note?: StorageNote;
}

export interface VolumeInput {
  readonly wanted: ClaimSpec;
  /** The mirror's own StatefulSet, where there is one. */
  readonly server: KubernetesObject | undefined;
  readonly claims: readonly StoreClaim[];
  readonly state: ClusterState;
  readonly namespace: string;
}

const classShape = z.looseObject({ allowVolumeExpansion: z.boolean().default(false) });

/**
 * Claims that are smaller than the spec asks for grow, each by itself; the StatefulSet goes on making them as it did (docs/adr/0019).
 * Nothing else of a volume can change, and none can shrink. Pure.
 */
export function planVolumes({ wanted, server, claims, state, namespace }: VolumeInput): VolumePlan {
  const template = existingClaim(server) ?? wanted;
  const wantedSize = sizeOf(wanted.resources.requests.storage);
  // Of several the largest: a new replica's is small for a moment, which is no reason to empty the caches of the others.
  const sizes = claims.map(({ size }) => size).toSorted((one, other) => other.bytes - one.bytes);
  const [has = sizeOf(template.resources.requests.storage)] = sizes;
  const volumes = { claim: isSameClaim(wanted, template) ? wanted : template, storage: has.text, growth: [] };
  if (!isSameButForSize(wanted, template)) return { ...volumes, note: unchanged(template, has) };
  const small = claims.filter(({ size }) => size.bytes < wantedSize.bytes);
  if (small.length === 0) {
    if (has.bytes === wantedSize.bytes) return volumes;
    return { ...volumes, note: unchanged(template, has, has.bytes > wantedSize.bytes ? 'none can shrink' : undefined) };
  }
  const growing = small.filter((claim) => obstacle(claim, state) === undefined);
  const [why] = small.flatMap((claim) => obstacle(claim, state) ?? []);
  const growth = growing
    .filter(({ isBound, requested }) => isBound && requested.bytes !== wantedSize.bytes)
    .map(({ name, resourceVersion }) => ({
      key: { namespace, name },
      resourceVersion,
      storage: wanted.resources.requests.storage,
    }));
  const note = why === undefined ? growingNote(growing, wantedSize, namespace) : unchanged(template, has, why);
  return { ...volumes, growth, note };
}

/** The same with what the API server said to claims that asked for more. */
export function withRefusals(note: StorageNote | undefined, refusals: readonly string[]): StorageNote | undefined {
  if (note === undefined || refusals.length === 0) return note;
  return { reason: 'StorageNotGrown', message: [note.message, ...refusals].join('; ') };
}

/** Why a claim cannot grow. */
function obstacle({ name, storageClass }: StoreClaim, state: ClusterState): string | undefined {
  if (storageClass === undefined) return `claim ${name} has no StorageClass, which would have to allow that it grows`;
  const known = classShape.safeParse(state.get(StorageClass, { name: storageClass })).data;
  if (known === undefined) return `StorageClass ${storageClass} does not exist, or may not be read`;
  return known.allowVolumeExpansion ? undefined : `StorageClass ${storageClass} has no allowVolumeExpansion`;
}

function unchanged({ accessModes, storageClassName: name }: ClaimSpec, { text }: Size, why?: string): StorageNote {
  const has = [text, accessModes.join(), ...(typeof name === 'string' ? [`storage class ${name}`] : [])];
  const message = `spec.volumeClaimTemplate asks for other volumes than exist (${has.join(', ')}); those stay as they are`;
  return { reason: 'StorageUnchanged', message: why === undefined ? message : `${message}: ${why}` };
}

function growingNote(claims: readonly StoreClaim[], { text }: Size, namespace: string): StorageNote {
  const reason = claims.some(({ trouble }) => trouble !== undefined) ? 'StorageNotGrown' : 'StorageGrowing';
  const stages = claims.map((claim) => `claim ${claim.name} ${stageOf(claim, namespace)}`);
  return { reason, message: `volumes are to grow to ${text}: ${stages.join(', ')}` };
}

function stageOf({ pod, size, isBound, awaitsFileSystem, trouble }: StoreClaim, namespace: string): string {
  if (trouble !== undefined) return `has ${size.text}: ${trouble}`;
  if (!isBound) return 'has no volume yet';
  if (!awaitsFileSystem) return `has ${size.text}`;
  return `has a larger volume, and its node enlarges the file system (if that does not come: kubectl -n ${namespace} delete pod/${pod})`;
}
