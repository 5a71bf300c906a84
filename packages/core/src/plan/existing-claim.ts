import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import type { ClaimSpec } from '../api/claim-spec.ts';
import { parseQuantity } from '../api/quantity.ts';

/** The claims to plan, and what to say of them when they are not those the spec asks for. */
export interface PlannedClaim {
  readonly claim: ClaimSpec;
  readonly note?: string;
}

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
 * A StatefulSet's claim templates are immutable: where one exists, its claims are planned as they are, so that everything
 * else of a mirror can still change. A field that is wanted no more counts, too: not to apply it any longer means to remove it.
 *
 * @param server the mirror's own StatefulSet as the cluster holds it
 */
export function existingClaim(wanted: ClaimSpec, server: KubernetesObject | undefined): PlannedClaim {
  const live = liveClaims.safeParse(server).data?.spec.volumeClaimTemplates[0]?.spec;
  if (live === undefined || isDeepStrictEqual(comparable(live), comparable(wanted))) return { claim: wanted };
  const { storageClassName } = live;
  const has = [
    live.resources.requests.storage,
    live.accessModes.join(),
    ...(storageClassName === undefined ? [] : [`storage class ${storageClassName}`]),
  ];
  const note = `spec.volumeClaimTemplate asks for other volumes than exist (${has.join(', ')}); those stay as they are`;
  return { claim: live, note };
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
