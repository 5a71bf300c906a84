import { type KubernetesObject, kindOf } from '@entrepot/kube';
import { z } from 'zod';
import {
  ConfigMap,
  DaemonSet,
  NetworkPolicy,
  nodePolicyName,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  RegistryMirror,
  Secret,
  Service,
  StatefulSet,
  StorageClass,
} from '../api/group.ts';
import { readStatus } from '../api/registry-mirror-status.ts';
import { type ClusterState, kindKey } from '../cluster-state.ts';
import { authoritySecretName, mirrorOfClaim, mirrorsNaming, namesOf } from '../plan/naming.ts';
import { fleetLabel, isOfKind, ownerOf } from '../plan/ownership.ts';
import type { MirrorSettings } from '../settings.ts';
import type { ObjectReference } from '../strategy/contract.ts';
import type { ConfiguredStrategy } from '../strategy/define.ts';
import type { Watched } from './informer-set.ts';

/** Everything the operator has to know of, and be told changes of. */
export function watchedObjects(
  settings: MirrorSettings,
  strategies: readonly ConfiguredStrategy[],
): readonly Watched[] {
  const { namespace } = settings;
  const own = [Service, StatefulSet, DaemonSet, Secret, ConfigMap].map((kind) => ({ kind, namespace }));
  // Operators of before had no right to these.
  const guards = [PodDisruptionBudget, NetworkPolicy].map((kind) => ({ kind, namespace, isOptional: true }));
  const volumes = [
    { kind: PersistentVolumeClaim, namespace, isOptional: true },
    { kind: StorageClass, isOptional: true },
  ];
  const managed = strategies.flatMap(({ strategy }) => strategy.manages.map((kind) => ({ kind, namespace })));
  return [{ kind: RegistryMirror }, ...own, ...guards, ...volumes, ...managed, ...observedObjects(strategies)];
}

/** Objects of others that strategies read. */
export function observedObjects(strategies: readonly ConfiguredStrategy[]): readonly ObjectReference[] {
  return strategies.flatMap(({ strategy, settings }) => strategy.observes?.(settings) ?? []);
}

/** What a change of an object means. */
export interface Effect {
  /** The mirrors for which something else may be wanted now. */
  readonly surveyed: readonly string[] | 'all';
  /** What is wanted for all mirrors may be something else now. */
  readonly concernsFleet: boolean;
  /** Names of mirrors that have to be looked at. */
  readonly mirrors: readonly string[];
}

const namedSecrets = z.looseObject({
  spec: z.looseObject({
    credentialsSecret: z.string().optional(),
    tls: z.looseObject({ secretName: z.string().optional() }).optional(),
  }),
});

/** Says which mirrors a change concerns, by the object as it is or as it was. Pure. */
export function effectOf(
  object: KubernetesObject,
  previous: KubernetesObject | undefined,
  state: ClusterState,
  settings: MirrorSettings,
  observed: readonly ObjectReference[],
): Effect {
  const { name } = object.metadata;
  if (isOfKind(object, [RegistryMirror])) {
    const isAsked = previous === undefined || isAskedOtherwise(previous, object);
    return { surveyed: isAsked ? [name] : [], concernsFleet: isAsked, mirrors: [name] };
  }
  const owner = ownerOf(object);
  const isObserved = observed.some((reference) => isReferredTo(object, reference));
  const isOfFleet = object.metadata.labels?.[fleetLabel] !== undefined;
  const surveyed = isObserved ? 'all' : mirrorsBehind(object, state, settings);
  const users = isCountOnly(object, previous) ? [] : usersOf(object, state, settings);
  const mirrors = owner === undefined ? users : [...new Set([owner, ...users])];
  return { surveyed, concernsFleet: surveyed.length > 0 || isOfFleet, mirrors };
}

/** Whether more changed of a mirror than what is said of it: its generation stays when nothing but the status does. */
function isAskedOtherwise(previous: KubernetesObject, { metadata, status }: KubernetesObject): boolean {
  const { generation, deletionTimestamp } = previous.metadata;
  const isSame = metadata.generation === generation && metadata.deletionTimestamp === deletionTimestamp;
  if (!isSame) return true;
  // A mirror that cannot be planned any more keeps the name that its status has. The first name there, said of this very
  // generation, is the one that it was planned by.
  const [before, now] = [readStatus(previous['status']), readStatus(status)];
  const isFirstName = before.masqueradeUrl === undefined && now.observedGeneration === metadata.generation;
  return !isFirstName && before.masqueradeUrl !== now.masqueradeUrl;
}

/** Budgets of others say how many pods they have seen, each time one comes or goes: that concerns no mirror. */
function isCountOnly(object: KubernetesObject, previous: KubernetesObject | undefined): boolean {
  const isBudget = isOfKind(object, [PodDisruptionBudget]);
  return isBudget && previous !== undefined && previous.metadata.generation === object.metadata.generation;
}

/** The mirrors whose address a Service has. */
function mirrorsBehind(object: KubernetesObject, state: ClusterState, settings: MirrorSettings): readonly string[] {
  const { name, namespace } = object.metadata;
  if (!isOfKind(object, [Service]) || namespace !== settings.namespace) return [];
  return existing(mirrorsNaming(name), state).filter((mirror) => namesOf(mirror).service === name);
}

function existing(mirrors: readonly string[], state: ClusterState): readonly string[] {
  return mirrors.filter((name) => state.get(RegistryMirror, { name }) !== undefined);
}

function usersOf(object: KubernetesObject, state: ClusterState, settings: MirrorSettings): readonly string[] {
  const { name, namespace } = object.metadata;
  // Volumes of any mirror may be of this class.
  if (isOfKind(object, [StorageClass])) return state.list(RegistryMirror).map(({ metadata }) => metadata.name);
  if (namespace !== settings.namespace) return [];
  if (isOfKind(object, [PersistentVolumeClaim])) return existing([mirrorOfClaim(name) ?? []].flat(), state);
  const isSecret = isOfKind(object, [Secret]);
  const isForAll =
    (isSecret && (name === authoritySecretName || name === settings.certificateSecret)) ||
    (isOfKind(object, [PodDisruptionBudget]) && ownerOf(object) === undefined) ||
    (isOfKind(object, [ConfigMap]) && [settings.caBundle, nodePolicyName].includes(name));
  const all = isForAll || isSecret ? state.list(RegistryMirror) : [];
  const users = all.filter((mirror) => isForAll || secretsOf(mirror).includes(name));
  // Whoever owns it: while it is somebody else's, it stands in the way of the mirror that wants the name.
  const wanting = existing(mirrorsNaming(name), state);
  return [...new Set([...users.map(({ metadata }) => metadata.name), ...wanting])];
}

/** Read once from each mirror: every Secret that changes is looked for in all of them. */
const secretsByMirror = new WeakMap<KubernetesObject, readonly (string | undefined)[]>();

function secretsOf(mirror: KubernetesObject): readonly (string | undefined)[] {
  const known = secretsByMirror.get(mirror);
  if (known !== undefined) return known;
  const spec = namedSecrets.safeParse(mirror).data?.spec;
  const secrets = [spec?.credentialsSecret, spec?.tls?.secretName];
  secretsByMirror.set(mirror, secrets);
  return secrets;
}

function isReferredTo(object: KubernetesObject, { kind, namespace, name }: ObjectReference): boolean {
  const { metadata } = object;
  return kindKey(kindOf(object)) === kindKey(kind) && metadata.name === name && metadata.namespace === namespace;
}
