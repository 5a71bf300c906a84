import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

const policyShape = z.looseObject({ data: z.looseObject({ halt: z.string().default('') }) });

/** Whether a cluster's owner stopped all work on nodes. As agents read it: in an emergency, `yes` must not mean no. */
export function isHalting(policy: KubernetesObject | undefined): boolean {
  const halt = policyShape.safeParse(policy).data?.data.halt ?? '';
  return !['', 'false'].includes(halt.trim().toLowerCase());
}
