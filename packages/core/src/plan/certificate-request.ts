import { isIP } from 'node:net';
import { apiVersionOf, type GroupVersionKind, type KubernetesObject } from '@entrepot/kube';
import type { CertificateChoice } from './certificate-choice.ts';
import { namesOf } from './naming.ts';
import { baseLabels } from './ownership.ts';

/** cert-manager's wish for a certificate. */
export const Certificate: GroupVersionKind = { group: 'cert-manager.io', version: 'v1', kind: 'Certificate' };

/** What cert-manager is asked for, in the words of existing installations; undefined where another source is chosen. */
export function certificateRequest(
  mirror: string,
  choice: CertificateChoice,
  namespace: string,
): KubernetesObject | undefined {
  if (choice.source !== 'issuer') return undefined;
  const { issuer, givenSecret, names } = choice;
  const dnsNames = names.filter((name) => isIP(name) === 0);
  const ipAddresses = names.filter((name) => isIP(name) !== 0);
  return {
    apiVersion: apiVersionOf(Certificate),
    kind: Certificate.kind,
    metadata: { namespace, name: namesOf(mirror).certificate },
    spec: {
      dnsNames,
      ...(ipAddresses.length > 0 && { ipAddresses }),
      duration: '17520h0m0s',
      issuerRef: issuer,
      privateKey: { algorithm: 'RSA', encoding: 'PKCS1', size: 2048 },
      secretName: givenSecret,
      secretTemplate: { labels: baseLabels(mirror) },
      subject: { organizations: ['mirror-operator'] },
      usages: ['server auth', 'client auth'],
    },
  };
}

/** Whether a live Secret was written by cert-manager for the mirror. */
export function isOfCertificate(mirror: string, secret: KubernetesObject): boolean {
  return secret.metadata.annotations?.['cert-manager.io/certificate-name'] === namesOf(mirror).certificate;
}
