import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../object.ts';

/** Says what was applied last. Fields that are wanted no more cannot be seen in the live object; a changed hash tells. */
export const appliedHashAnnotation = 'entrepot/applied-hash';

/** A hash of the desired object, the same for any order of its fields. */
export function appliedHash(object: KubernetesObject): string {
  return createHash('sha256').update(canonicalJSON(object)).digest('hex').slice(0, 32);
}

/** The object with its hash in the annotation. */
export function withAppliedHash(object: KubernetesObject, hash: string): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [appliedHashAnnotation]: hash };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function canonicalJSON(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
