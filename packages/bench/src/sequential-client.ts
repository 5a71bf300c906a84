import type { GroupVersionKind, KubeClient, KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { createMirrors } from './mirrors.ts';

const kinds: readonly GroupVersionKind[] = [
  { group: '', version: 'v1', kind: 'Service' },
  { group: '', version: 'v1', kind: 'Secret' },
  { group: 'apps', version: 'v1', kind: 'StatefulSet' },
  { group: 'apps', version: 'v1', kind: 'DaemonSet' },
];
const serviceSpec = z.looseObject({ clusterIP: z.string().optional(), clusterIPs: z.array(z.string()).optional() });

/**
 * Makes the requests that the older operator makes for so many mirrors applied at once, one after the other as it does:
 * for each mirror, five objects are looked for and then created. Nothing is rendered, watched or reported, so this is what
 * such an operator cannot be faster than, in any language.
 *
 * @param objects a mirror's two Services, Secret, StatefulSet and DaemonSet
 * @returns the milliseconds from the first mirror's creation to the last object's
 */
export async function runSequentialClient(
  client: KubeClient,
  mirrors: readonly string[],
  objects: readonly KubernetesObject[],
): Promise<number> {
  const started = performance.now();
  // The mirrors come while the first ones are worked on.
  const creation = createMirrors(client, mirrors);
  for (const mirror of mirrors) {
    for (const [index, object] of objects.entries()) {
      const metadata = { ...object.metadata, name: `${mirror}-${index}` };
      const kind = kinds.find(({ kind }) => kind === object.kind);
      if (kind === undefined || (await client.get(kind, metadata)) !== undefined)
        throw new Error('it is there already');
      await client.create({ ...object, metadata });
    }
  }
  const ended = performance.now();
  await creation;
  return ended - started;
}

/** The five objects of a mirror as the API server has them, made ready to be created again in another namespace. */
export async function objectsOf(
  client: KubeClient,
  mirror: string,
  namespace: string,
): Promise<readonly KubernetesObject[]> {
  const lists = await Promise.all(
    kinds.map(async (kind) => client.list(kind, { namespace: 'default', labelSelector: `mirror=${mirror}` })),
  );
  return lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => !metadata.name.endsWith('-tls'))
    .map(({ status: _status, ...object }) => ({
      ...object,
      metadata: { name: '', namespace, labels: object.metadata.labels ?? {} },
      ...(object.kind === 'Service' && { spec: withoutAddress(object['spec']) }),
    }));
}

function withoutAddress(spec: unknown): object {
  const { clusterIP, clusterIPs, ...rest } = serviceSpec.parse(spec);
  return clusterIP === 'None' ? { ...rest, clusterIP, clusterIPs } : rest;
}
