import { planCluster, problemOf, RegistryMirror, stateOf, type ClusterPlan } from '@entrepot/core';
import { apiVersionOf, describe, kindOf } from '@entrepot/kube';
import { FailedError } from '../cli/exit.ts';
import type { Configuration } from '../configuration.ts';
import { mirrorSettings } from '../mirror-settings.ts';
import type { FoundObject } from './read-objects.ts';
import { readableSecret } from './readable-secret.ts';

/**
 * What the operator would apply for the RegistryMirrors among these objects; the others are what the cluster holds.
 *
 * @throws FailedError that names what cannot be planned, and where it is written; TerminalError for a template that fails
 */
export function renderObjects(found: readonly FoundObject[], configuration: Configuration): ClusterPlan {
  const { settings, strategies, templates } = configuration;
  const planning = { settings: mirrorSettings(settings), strategies, templates };
  const mirrors = found.filter(isMirror);
  const refusals = mirrors.flatMap(({ object, place }) => {
    const problem = problemOf(object, planning);
    return problem === undefined ? [] : [`${place}: ${describe(object)}: ${problem}`];
  });
  const complaints = [...repeated(found), ...found.flatMap(unknownVersion), ...refusals];
  if (complaints.length > 0) throw new FailedError(['the input is wrong:', ...complaints].join('\n  '));
  if (mirrors.length === 0) {
    throw new FailedError('there is no RegistryMirror in the input (apiVersion k8s.osp.tech/v1, kind RegistryMirror)');
  }
  const state = stateOf(
    found.map(({ object }) => object),
    settings.namespace,
  );
  const { objects, notes } = planCluster({ ...planning, state });
  return { objects: objects.map(readableSecret), notes };
}

function isMirror({ object }: FoundObject): boolean {
  const { group, kind } = kindOf(object);
  return group === RegistryMirror.group && kind === RegistryMirror.kind;
}

/** The API server knows no other version, whatever a spec in it may mean. */
function unknownVersion(mirror: FoundObject): readonly string[] {
  const { object, place } = mirror;
  if (!isMirror(mirror) || object.apiVersion === apiVersionOf(RegistryMirror)) return [];
  return [
    `${place}: ${describe(object)}: apiVersion ${object.apiVersion} is unknown, it is ${apiVersionOf(RegistryMirror)}`,
  ];
}

/** The API server holds one object of a name. */
function repeated(found: readonly FoundObject[]): readonly string[] {
  const byName = Map.groupBy(found, ({ object }) => `${object.apiVersion} ${describe(object)}`);
  return [...byName.values()].flatMap(([first, ...others]) =>
    others.map(({ object, place }) => `${place}: ${describe(object)} is there twice, first at ${first?.place ?? ''}`),
  );
}
