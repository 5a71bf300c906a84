import type { KubernetesObject } from '@entrepot/kube';
import { namesOf, registryPort } from './naming.ts';
import { baseLabels, overlapAnnotation, registryComponent } from './ownership.ts';
import { type PodHandover, servingSelector } from './pod-handover.ts';

const ports = [{ name: registryPort.name, port: 443, protocol: 'TCP', targetPort: registryPort.name }];

export interface ServicesInput {
  readonly mirror: string;
  readonly namespace: string;
  readonly handover: PodHandover;
  /** Whether node agents run beside former ones that are to leave the hosts line alone. */
  readonly isOverlapping: boolean;
}

/** The Service that nodes and pods reach the mirror by, and the headless one of its StatefulSet. */
export function services({ mirror, namespace, handover, isOverlapping }: ServicesInput): readonly KubernetesObject[] {
  const names = namesOf(mirror);
  // Node agents carry the base labels, too: without the component they would be selected.
  const selector = { ...baseLabels(mirror), ...registryComponent };
  const service = (name: string, spec: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { type: 'ClusterIP', ports, selector, ...spec },
  });
  const serving = service(names.service, {
    selector: { ...selector, ...servingSelector(names.statefulSet, handover) },
  });
  const annotations = { [overlapAnnotation]: 'true' };
  return [
    isOverlapping ? { ...serving, metadata: { ...serving.metadata, annotations } } : serving,
    service(names.headlessService, { clusterIP: 'None' }),
  ];
}
