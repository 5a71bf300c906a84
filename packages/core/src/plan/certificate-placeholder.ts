import type { KubernetesObject } from '@entrepot/kube';
import { Secret } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { CertificateChoice } from './certificate-choice.ts';

/** Stands, in `entrepot render`, for a serving certificate that only the running operator can make; undefined where none is missing. */
export function certificatePlaceholder(
  certificate: CertificateChoice,
  state: ClusterState,
  namespace: string,
): KubernetesObject | undefined {
  const key = { namespace, name: certificate.secretName };
  if (certificate.source === 'user' || state.get(Secret, key) !== undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...key, annotations: { 'entrepot/serving-names': certificate.names.join(',') } },
    type: 'kubernetes.io/tls',
    stringData: {
      'tls.crt': 'made by the operator',
      'tls.key': 'made by the operator',
      'ca.crt': 'made by the operator',
    },
  };
}
