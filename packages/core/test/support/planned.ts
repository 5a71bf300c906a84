import type { KubernetesObject } from '@entrepot/kube';
import { type ClusterPlan, type MirrorSettings, planCluster, stateOf } from '../../src/index.ts';
import { registryMirror, serviceOf } from './mirrors.ts';
import { hosts, map, template } from './plugins.ts';
import { testSettings } from './settings.ts';

/** What is planned for these objects, with all test plugins. */
export function plan(objects: readonly KubernetesObject[], changes: Partial<MirrorSettings> = {}): ClusterPlan {
  const settings = testSettings(changes);
  return planCluster({ state: stateOf(objects), settings, strategies: [hosts, map], templates: [template] });
}

/** One object of what is planned for the mirror `quay` with this spec. */
export function planned(
  kind: string,
  name: string,
  spec: object,
  changes: Partial<MirrorSettings> = {},
): KubernetesObject | undefined {
  const { objects } = plan([registryMirror('quay', spec), serviceOf('quay', '10.0.0.7')], changes);
  return objects.find((object) => object.kind === kind && object.metadata.name === name);
}
