import { registryMirrorCRD, requiredRules } from '@entrepot/core';
import type { KubernetesObject } from '@entrepot/kube';
import type { Configuration } from '../configuration.ts';
import { mirrorSettings, nodeAgentServiceAccount } from '../mirror-settings.ts';
import type { GivenSettings } from '../settings/given-settings.ts';
import { operatorDeployment } from './deployment.ts';
import { accountWithRules } from './rbac.ts';

/** Also the name of its account, of its Roles, and of the Lease that only one operator holds. */
export const operatorName = 'entrepot-operator';

export interface ManifestsInput {
  readonly configuration: Configuration;
  /** What the operator is told in its environment. */
  readonly given: GivenSettings;
  /** Image of the operator. */
  readonly image: string;
}

/** Everything an installation takes: to be applied as it is, and again with other settings. */
export function manifests({ configuration, given, image }: ManifestsInput): readonly KubernetesObject[] {
  const { settings, strategies } = configuration;
  const { namespace } = settings;
  const nodeAgentRules = [{ namespace, apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] }];
  return [
    ...namespaceObject(namespace),
    registryMirrorCRD(),
    ...accountWithRules({ namespace, name: nodeAgentServiceAccount }, nodeAgentRules),
    ...accountWithRules({ namespace, name: operatorName }, requiredRules(mirrorSettings(settings), strategies)),
    operatorDeployment({ name: operatorName, image, settings, given }),
  ];
}

/** Namespaces that every cluster has are left as they are. */
function namespaceObject(name: string): readonly KubernetesObject[] {
  if (name === 'default' || name.startsWith('kube-')) return [];
  // Node agents write into folders of their node, which all other levels of Pod Security forbid.
  const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }];
}
