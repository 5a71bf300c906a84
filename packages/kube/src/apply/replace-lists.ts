import type { KubeClient } from '../client/kube-client.ts';
import { keyOf, kindOf, type KubernetesObject } from '../object.ts';

/**
 * Makes every list that the desired object has its own alone: a merge patch replaces lists, where server-side apply leaves items
 * that others added or moved to another key. A Service whose port got another number has two ports of one name after an apply,
 * which the API server refuses as a duplicate. All lists are replaced, whichever that was in, so that items that others added (containers,
 * variables) go with it: this is for duplicates only. Everything else that others added stays. Returns the object as it is then.
 *
 * @param live as just read from the server
 * @throws ApiError 409 when the object changed meanwhile, 422 when it is refused as well
 */
export async function replaceLists(
  client: KubeClient,
  desired: KubernetesObject,
  live: KubernetesObject,
  fieldManager: string,
  signal: AbortSignal | undefined,
): Promise<KubernetesObject> {
  const { uid, resourceVersion } = live.metadata;
  // Whoever else has a say in the object (owners, finalizers) keeps it.
  const patch = { ...desired, metadata: { uid, resourceVersion } };
  return client.patch(kindOf(desired), keyOf(desired), patch, { type: 'merge', fieldManager }, signal);
}
