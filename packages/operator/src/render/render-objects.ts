import { planCluster, RegistryMirror, stateOf, type ClusterPlan } from '@entrepot/core';
import { describe, kindOf } from '@entrepot/kube';
import { FailedError } from '../cli/exit.ts';
import type { Configuration } from '../configuration.ts';
import { mirrorSettings } from '../mirror-settings.ts';
import type { FoundObject } from './read-objects.ts';
import { readableSecret } from './readable-secret.ts';

/**
 * What the operator would apply for the RegistryMirrors among these objects; the others are what the cluster holds.
 *
 * @throws FailedError that names what cannot be planned, and where it is written
 */
export function renderObjects(found: readonly FoundObject[], configuration: Configuration): ClusterPlan {
  const { settings, strategies, templates } = configuration;
  const plan = (chosen: readonly FoundObject[]): ClusterPlan =>
    planCluster({
      state: stateOf(
        chosen.map(({ object }) => object),
        settings.namespace,
      ),
      settings: mirrorSettings(settings),
      strategies,
      templates,
    });
  const mirrors = found.filter(isMirror);
  const refusals = [...repeated(found), ...mirrors.flatMap((mirror) => refusal(mirror, found, plan))];
  if (refusals.length > 0) throw new FailedError(['the input is wrong:', ...refusals].join('\n  '));
  if (mirrors.length === 0) {
    throw new FailedError('there is no RegistryMirror in the input (apiVersion k8s.osp.tech/v1, kind RegistryMirror)');
  }
  const { objects, notes } = plan(found);
  return { objects: objects.map(readableSecret), notes };
}

function isMirror({ object }: FoundObject): boolean {
  const { group, kind } = kindOf(object);
  return group === RegistryMirror.group && kind === RegistryMirror.kind;
}

/** The API server holds one object of a name. */
function repeated(found: readonly FoundObject[]): readonly string[] {
  const byName = Map.groupBy(found, ({ object }) => `${object.apiVersion} ${describe(object)}`);
  return [...byName.values()].flatMap(([first, ...others]) =>
    others.map(({ object, place }) => `${place}: ${describe(object)} is there twice, first at ${first?.place ?? ''}`),
  );
}

/** Why nothing can be planned for a mirror: the plan for it alone holds nothing of its own, and the notes say why. */
function refusal(
  mirror: FoundObject,
  found: readonly FoundObject[],
  plan: (chosen: readonly FoundObject[]) => ClusterPlan,
): readonly string[] {
  const { name } = mirror.object.metadata;
  const { objects, notes } = plan([mirror, ...found.filter((other) => !isMirror(other))]);
  const isPlanned = objects.some(({ metadata }) => metadata.labels?.['mirror'] === name);
  return isPlanned ? [] : notes.map((note) => `${mirror.place}: ${note}`);
}
