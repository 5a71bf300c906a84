import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

const dataShape = z.looseObject({ data: z.record(z.string(), z.string()).optional() });

/** The decoded data of a Secret. */
export function textsOf(secret: KubernetesObject): Readonly<Record<string, string>> {
  const data = dataShape.safeParse(secret).data?.data ?? {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** Texts as the data of a Secret. */
export function encoded(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}
