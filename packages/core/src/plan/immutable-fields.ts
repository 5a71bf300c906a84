import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

/** What of a StatefulSet, besides its claims and its selector, can only be said when it is created. */
export interface ImmutableFields {
  readonly serviceName: string;
  readonly podManagementPolicy: string;
}

const live = z.looseObject({
  spec: z.looseObject({ serviceName: z.string().default(''), podManagementPolicy: z.string().default('OrderedReady') }),
});

/**
 * A StatefulSet that exists keeps what it was created with: a mirror works with either, and no other change of it would be
 * accepted together with one of these.
 *
 * @param server the mirror's own StatefulSet as the cluster holds it
 */
export function immutableFields(wanted: ImmutableFields, server: KubernetesObject | undefined): ImmutableFields {
  const spec = live.safeParse(server).data?.spec;
  if (spec === undefined) return wanted;
  return { serviceName: spec.serviceName, podManagementPolicy: spec.podManagementPolicy };
}
