import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import type { ClaimSpec } from '../api/claim-spec.ts';
import { parseQuantity } from '../api/quantity.ts';

const liveClaims = z.looseObject({
  spec: z.looseObject({
    volumeClaimTemplates: z.array(
      z.looseObject({
        spec: z.looseObject({
          accessModes: z.array(z.string()),
          resources: z.looseObject({ requests: z.looseObject({ storage: z.union([z.string(), z.number()]) }) }),
          storageClassName: z.string().optional(),
        }),
      }),
    ),
  }),
});

/**
 * What a StatefulSet makes claims by. It is immutable: where there is one, it is planned as it is, so that everything else of
 * a mirror can still change.
 *
 * @param server the mirror's own StatefulSet as the cluster holds it
 */
export function existingClaim(server: KubernetesObject | undefined): ClaimSpec | undefined {
  return liveClaims.safeParse(server).data?.spec.volumeClaimTemplates[0]?.spec;
}

/** Whether two say the same. A field that is wanted no more counts, too: not to apply it any longer means to remove it. */
export function isSameClaim(one: ClaimSpec, other: ClaimSpec): boolean {
  return isDeepStrictEqual(comparable(one), comparable(other));
}

/** The same but for the size, which is the one thing of a claim that can change. */
export function isSameButForSize(one: ClaimSpec, other: ClaimSpec): boolean {
  return isSameClaim(withStorage(one, '1'), withStorage(other, '1'));
}

function withStorage(claim: ClaimSpec, storage: string): ClaimSpec {
  const { resources } = claim;
  return { ...claim, resources: { ...resources, requests: { ...resources.requests, storage } } };
}

/** With what the API server fills in, and sizes as numbers, since each can be written in several ways. */
function comparable(claim: ClaimSpec): object {
  const { requests, limits, ...resources } = record(claim.resources);
  return {
    volumeMode: 'Filesystem',
    ...record(claim),
    resources: { ...resources, requests: sizes(requests), limits: sizes(limits) },
  };
}

function sizes(quantities: unknown): object {
  const inBytes = (size: unknown): unknown =>
    typeof size === 'string' || typeof size === 'number' ? (parseQuantity(size) ?? size) : size;
  return Object.fromEntries(Object.entries(record(quantities)).map(([name, size]) => [name, inBytes(size)]));
}

/** The fields that say something: `null` is how YAML leaves one out. */
function record(value: unknown): Readonly<Record<string, unknown>> {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined && field !== null));
}
