import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

const secretData = z.record(z.string(), z.string());

/** A Secret with its texts to be read, as `stringData`; the API server takes it for the same. Other objects stay as they are. */
export function readableSecret(object: KubernetesObject): KubernetesObject {
  const { data, ...rest } = object;
  const parsed = secretData.safeParse(data);
  if (object.kind !== 'Secret' || !parsed.success) return object;
  const texts = Object.entries(parsed.data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
  return { ...rest, stringData: Object.fromEntries(texts) };
}
