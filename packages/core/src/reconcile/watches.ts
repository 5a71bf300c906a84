import { type KubernetesObject, kindOf } from '@entrepot/kube';
import { z } from 'zod';
import { ConfigMap, DaemonSet, nodePolicyName, RegistryMirror, Secret, Service, StatefulSet } from '../api/group.ts';
import { type ClusterState, kindKey } from '../cluster-state.ts';
import { authoritySecretName, namesOf } from '../plan/naming.ts';
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
  const managed = strategies.flatMap(({ strategy }) => strategy.manages.map((kind) => ({ kind, namespace })));
  return [{ kind: RegistryMirror }, ...own, ...managed, ...observedObjects(strategies)];
}

/** Objects of others that strategies read. */
export function observedObjects(strategies: readonly ConfiguredStrategy[]): readonly ObjectReference[] {
  return strategies.flatMap(({ strategy, settings }) => strategy.observes?.(settings) ?? []);
}

/** What a change of an object means. */
export interface Effect {
  /** The survey of all mirrors was made from something that changed. */
  readonly concernsSurvey: boolean;
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
  const { name, generation, deletionTimestamp } = object.metadata;
  if (isOfKind(object, [RegistryMirror])) {
    // The generation stays when nothing but the status changes, or a finalizer.
    const before = previous?.metadata;
    const isAsked = before?.generation !== generation || before?.deletionTimestamp !== deletionTimestamp;
    return { concernsSurvey: true, concernsFleet: isAsked, mirrors: [name] };
  }
  const owner = ownerOf(object);
  const isObserved = observed.some((reference) => isReferredTo(object, reference));
  const isOfFleet = object.metadata.labels?.[fleetLabel] !== undefined;
  const concernsSurvey = isObserved || isOfKind(object, [Service]);
  const users = usersOf(object, state, settings);
  const mirrors = owner === undefined ? users : [...new Set([owner, ...users])];
  return { concernsSurvey, concernsFleet: concernsSurvey || isOfFleet, mirrors };
}

function usersOf(object: KubernetesObject, state: ClusterState, settings: MirrorSettings): readonly string[] {
  const { name, namespace } = object.metadata;
  if (namespace !== settings.namespace) return [];
  const mirrors = state.list(RegistryMirror);
  const isSecret = isOfKind(object, [Secret]);
  const isForAll =
    (isSecret && (name === authoritySecretName || name === settings.certificateSecret)) ||
    (isOfKind(object, [ConfigMap]) && [settings.caBundle, nodePolicyName].includes(name));
  const isUsedBy = (mirror: KubernetesObject): boolean => {
    const spec = isSecret ? namedSecrets.safeParse(mirror).data?.spec : undefined;
    return spec !== undefined && [spec.credentialsSecret, spec.tls?.secretName].includes(name);
  };
  // Whoever owns it: while it is somebody else's, it stands in the way of the mirror that wants the name.
  const isWantedBy = (mirror: KubernetesObject): boolean => Object.values(namesOf(mirror.metadata.name)).includes(name);
  return mirrors
    .filter((mirror) => isForAll || isUsedBy(mirror) || isWantedBy(mirror))
    .map(({ metadata }) => metadata.name);
}

function isReferredTo(object: KubernetesObject, { kind, namespace, name }: ObjectReference): boolean {
  const { metadata } = object;
  return kindKey(kindOf(object)) === kindKey(kind) && metadata.name === name && metadata.namespace === namespace;
}
