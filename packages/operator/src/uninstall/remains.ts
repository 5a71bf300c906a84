import { authoritySecretName, ConfigMap, isStoreClaim, leaseName, Secret } from '@entrepot/core';
import {
  inventoryName,
  isConflict,
  type GroupVersionKind,
  type KubeClient,
  type KubernetesObject,
} from '@entrepot/kube';

const Lease: GroupVersionKind = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' };
const Claim: GroupVersionKind = { group: '', version: 'v1', kind: 'PersistentVolumeClaim' };

/** What the operator makes once, for all mirrors. */
const ownObjects: readonly { readonly kind: GroupVersionKind; readonly name: string }[] = [
  { kind: Lease, name: leaseName },
  { kind: ConfigMap, name: inventoryName },
  { kind: Secret, name: authoritySecretName },
];

/** Whether anything is there that an operator made beside mirrors. What may be deleted is not thereby to be read: the CA's key least of all. */
export async function hasOwnObjects(client: KubeClient, namespace: string, signal: AbortSignal): Promise<boolean> {
  for (const { kind, name } of ownObjects) {
    if (await client.delete(kind, { namespace, name }, { dryRun: true }, signal)) return true;
  }
  return false;
}

/** Deletes what the operator made beside mirrors; `onDeleted` hears of each that was there. */
export async function deleteOwnObjects(
  client: KubeClient,
  namespace: string,
  onDeleted: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const { kind, name } of ownObjects) {
    if (await client.delete(kind, { namespace, name }, {}, signal)) onDeleted(`${kind.kind} ${name}`);
  }
}

/** The claims of mirrors, which outlive them with what is cached. Others may have labels like these: what counts is the name, too. */
export async function claimsOf(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const { items } = await client.list(Claim, { namespace, labelSelector: 'app=docker-registry,mirror' }, signal);
  return items.filter(({ metadata }) => isStoreClaim(metadata.name, metadata.labels?.['mirror'] ?? ''));
}

/** Deletes a claim, unless it is another one by now; its volume goes when no pod uses it any more, if its class says so. */
export async function deleteClaim(
  client: KubeClient,
  namespace: string,
  claim: KubernetesObject,
  signal: AbortSignal,
): Promise<void> {
  const { name, uid } = claim.metadata;
  try {
    await client.delete(Claim, { namespace, name }, { uid }, signal);
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}
