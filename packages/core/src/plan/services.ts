import type { KubernetesObject } from '@entrepot/kube';
import { namesOf, registryPort } from './naming.ts';
import { baseLabels, registryComponent } from './ownership.ts';

const ports = [{ name: registryPort.name, port: 443, protocol: 'TCP', targetPort: registryPort.name }];

/** The Service that nodes and pods reach the mirror by, and the headless one of its StatefulSet. */
export function services(mirror: string, namespace: string): readonly KubernetesObject[] {
  const names = namesOf(mirror);
  // Node agents carry the base labels, too: without the component they would be selected.
  const selector = { ...baseLabels(mirror), ...registryComponent };
  const service = (name: string, spec: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { type: 'ClusterIP', ...spec, ports, selector },
  });
  return [service(names.service, {}), service(names.headlessService, { clusterIP: 'None' })];
}
