import { RegistryMirror } from '@entrepot/core';
import { isNotFound, type KubeClient, type KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';

const conditions = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), message: z.string().default('') })) }),
});

/**
 * Asks for the deletion of every RegistryMirror for which nobody has, also of those that came meanwhile.
 *
 * @returns the mirrors that are still there and what each waits for, one a line, first those that say it; undefined when none is
 */
export async function deleteMirrors(client: KubeClient, signal: AbortSignal): Promise<string | undefined> {
  const mirrors = await allMirrors(client, signal);
  for (const { metadata } of mirrors) {
    if (metadata.deletionTimestamp === undefined) {
      await client.delete(RegistryMirror, { name: metadata.name }, { uid: metadata.uid }, signal);
    }
  }
  if (mirrors.length === 0) return undefined;
  const { telling = [], mute = [] } = Object.groupBy(mirrors, (mirror) =>
    withdrawalOf(mirror) === undefined ? 'mute' : 'telling',
  );
  return [...telling, ...mute].map(stateOf).join('\n');
}

/** The mirrors of the cluster; none where it does not know the kind either. */
export async function allMirrors(client: KubeClient, signal: AbortSignal): Promise<readonly KubernetesObject[]> {
  try {
    return (await client.list(RegistryMirror, {}, signal)).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

function stateOf(mirror: KubernetesObject): string {
  return `RegistryMirror ${mirror.metadata.name}: ${withdrawalOf(mirror) ?? 'is being deleted'}`;
}

/** What is said of how nodes forget it. */
function withdrawalOf(mirror: KubernetesObject): string | undefined {
  return conditions.safeParse(mirror).data?.status.conditions.find(({ type }) => type === 'Withdrawn')?.message;
}
