import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

const dataShape = z.looseObject({ data: z.record(z.string(), z.string()).optional() });

/** The decoded data of a Secret. */
export function textsOf(secret: KubernetesObject): Readonly<Record<string, string>> {
  const data = dataShape.safeParse(secret).data?.data ?? {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}
