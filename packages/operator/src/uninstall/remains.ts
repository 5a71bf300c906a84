import { authoritySecretName, ConfigMap, Secret } from '@entrepot/core';
import { inventoryName, type GroupVersionKind, type KubeClient } from '@entrepot/kube';
import { operatorName } from '../chart/values-schema.ts';

const Lease: GroupVersionKind = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' };
const Claim: GroupVersionKind = { group: '', version: 'v1', kind: 'PersistentVolumeClaim' };

/** What the operator makes once, for all mirrors. */
export const ownObjects: readonly { readonly kind: GroupVersionKind; readonly name: string }[] = [
  { kind: Lease, name: operatorName },
  { kind: ConfigMap, name: inventoryName },
  { kind: Secret, name: authoritySecretName },
];

/** By which the claims of mirrors are found. */
export const claimSelector = 'app=docker-registry';

/** Deletes what the operator made beside mirrors; returns what was there. */
export async function deleteOwnObjects(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const { kind, name } of ownObjects) {
    if (await client.delete(kind, { namespace, name }, {}, signal)) deleted.push(`${kind.kind} ${name}`);
  }
  return deleted;
}

/** The names of the claims of mirrors, which outlive them with what is cached. */
export async function claimsOf(client: KubeClient, namespace: string, signal: AbortSignal): Promise<readonly string[]> {
  const { items } = await client.list(Claim, { namespace, labelSelector: claimSelector }, signal);
  return items.map(({ metadata }) => metadata.name);
}

/** Deletes a claim; its volume goes when no pod uses it any more, if its class says so. */
export async function deleteClaim(
  client: KubeClient,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await client.delete(Claim, { namespace, name }, {}, signal);
}
