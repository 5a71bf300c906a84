import {
  apiVersionOf,
  describe,
  kindOf,
  type GroupVersionKind,
  type KubernetesObject,
  WaitingError,
} from '@entrepot/kube';
import { RegistryMirror } from '../api/group.ts';
import { kindKey } from '../cluster-state.ts';

/** Says which strategy a fleet object belongs to. */
export const fleetLabel = 'entrepot/fleet';

/** Says which strategy planned an object of a mirror. */
export const strategyLabel = 'entrepot/strategy';

/** Says on a mirror's Service that its node agents run beside former ones. They read it there. */
export const overlapAnnotation = 'entrepot/overlapping-agents';

/** The labels by which the objects of a mirror are found and selected. */
export function baseLabels(mirror: string): Readonly<Record<string, string>> {
  return { app: 'docker-registry', mirror };
}

/** Further says which pods of a mirror serve. */
export const registryComponent = { component: 'registry' } as const;

/** Further says which pods of a mirror are its node agents. */
export const nodeAgentComponent = { component: 'hostess-certificate' } as const;

/** An object of a mirror: base labels are added, and it is collected when the mirror goes. Only a rendered mirror has no uid. */
export function ownedBy(mirror: KubernetesObject, object: KubernetesObject): KubernetesObject {
  const owner = {
    apiVersion: apiVersionOf(RegistryMirror),
    kind: RegistryMirror.kind,
    name: mirror.metadata.name,
    uid: mirror.metadata.uid ?? `uid of RegistryMirror ${mirror.metadata.name}`,
  };
  const labels = { ...baseLabels(mirror.metadata.name), ...object.metadata.labels };
  return { ...object, metadata: { ...object.metadata, labels, ownerReferences: [owner] } };
}

/** Whether a live object belongs to this very mirror, not to an earlier one of its name. */
export function isOwnedBy(mirror: KubernetesObject, live: KubernetesObject): boolean {
  return live.metadata.ownerReferences?.some(({ uid }) => uid === mirror.metadata.uid) ?? false;
}

/**
 * Whether a live object of a wanted name may be written to for this mirror.
 *
 * @throws WaitingError `PredecessorLeaving` when it belongs to an earlier mirror of the name: it is collected with that one
 */
export function isWritableFor(mirror: KubernetesObject, live: KubernetesObject): boolean {
  if (isOwnedBy(mirror, live)) return true;
  const { name } = mirror.metadata;
  if (ownerOf(live) !== name) return false;
  const message = `${describe(live)} belongs to a former RegistryMirror ${name} and is about to be deleted`;
  throw new WaitingError('PredecessorLeaving', message, 30_000);
}

/** Name of the mirror that owns an object. */
export function ownerOf(object: KubernetesObject): string | undefined {
  return object.metadata.ownerReferences?.find(
    (owner) => owner.kind === RegistryMirror.kind && owner.apiVersion.startsWith(`${RegistryMirror.group}/`),
  )?.name;
}

/** An object that a strategy planned for one mirror. It is found again by these labels, whatever the strategy wrote there. */
export function plannedBy(strategy: string, mirror: string, object: KubernetesObject): KubernetesObject {
  return withLabels(object, { ...baseLabels(mirror), [strategyLabel]: strategy });
}

/** A fleet object: it has no owner, so the last mirror's end does not collect it. */
export function inFleetOf(strategy: string, object: KubernetesObject): KubernetesObject {
  return withLabels(object, { [fleetLabel]: strategy });
}

/** Whether a live object belongs to a strategy's fleet. */
export function isInFleetOf(strategy: string, live: KubernetesObject): boolean {
  return live.metadata.labels?.[fleetLabel] === strategy;
}

/** Whether an object is of one of these kinds, in any version. */
export function isOfKind(object: KubernetesObject, kinds: readonly GroupVersionKind[]): boolean {
  return kinds.some((kind) => kindKey(kind) === kindKey(kindOf(object)));
}

function withLabels(object: KubernetesObject, labels: Readonly<Record<string, string>>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } } };
}
