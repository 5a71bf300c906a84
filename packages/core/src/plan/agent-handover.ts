import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { rolloutOf } from './rollout.ts';

const container = z.looseObject({
  env: z.array(z.looseObject({ name: z.string(), value: z.string().default('') })).default([]),
});
const rollingUpdate = z.looseObject({ maxSurge: z.union([z.number(), z.string()]).default(0) });
const daemonSetShape = z.looseObject({
  spec: z.looseObject({
    updateStrategy: z.looseObject({ rollingUpdate: rollingUpdate.optional() }).optional(),
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(container).default([]) }) }),
  }),
});

/**
 * Whether an agent has to run on a node before the former one ends there: that one takes the hosts line along, as
 * mirror-hostess does, and the mirror's name would not resolve until somebody writes it again.
 *
 * @param daemonSet the mirror's live agents: such ones, or ours while they replace such ones
 */
export function isHandedOver(daemonSet: KubernetesObject | undefined): boolean {
  const spec = daemonSetShape.safeParse(daemonSet).data?.spec;
  if (spec === undefined) return false;
  const takesLineAlong = spec.template.spec.containers.some(
    ({ env }) => has(env, 'SHADOW_FQDN') && !has(env, 'KEEP_ON_EXIT'),
  );
  const isOverlapping = (spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0) !== 0;
  return takesLineAlong || (isOverlapping && rolloutOf(daemonSet)?.isComplete !== true);
}

function has(env: readonly { readonly name: string }[], variable: string): boolean {
  return env.some(({ name }) => name === variable);
}
