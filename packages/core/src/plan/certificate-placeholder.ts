import type { KubernetesObject } from '@entrepot/kube';
import { Secret } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { CertificateChoice } from './certificate-choice.ts';

/** Stands, in `entrepot render`, for a serving Secret that only the running operator can make; undefined where none is missing. */
export function certificatePlaceholder(
  certificate: CertificateChoice,
  state: ClusterState,
  namespace: string,
): KubernetesObject | undefined {
  const key = { namespace, name: certificate.secretName };
  if (state.get(Secret, key) !== undefined) return undefined;
  const origin =
    certificate.source === 'own' ? 'made by the operator' : `copied from Secret ${certificate.givenSecret}`;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...key, annotations: { 'entrepot/serving-names': certificate.names.join(',') } },
    type: 'kubernetes.io/tls',
    stringData: {
      'tls.crt': origin,
      'tls.key': origin,
      'ca.crt': 'what nodes trust it by',
    },
  };
}
