import type { KubernetesObject } from '@entrepot/kube';
import type { Settings } from '../settings/definitions.ts';
import type { GivenSettings } from '../settings/given-settings.ts';

export interface DeploymentInput {
  readonly name: string;
  readonly image: string;
  readonly settings: Settings;
  readonly given: GivenSettings;
}

/** The Deployment of the operator, without any right but those of its account. */
export function operatorDeployment({ name, image, settings, given }: DeploymentInput): KubernetesObject {
  const labels = { 'app.kubernetes.io/name': name };
  const pod = {
    serviceAccountName: name,
    ...(settings.imagePullSecrets.length > 0 && {
      imagePullSecrets: settings.imagePullSecrets.map((secret) => ({ name: secret })),
    }),
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container(image, settings, given)],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: settings.namespace, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  };
}

function container(image: string, settings: Settings, given: GivenSettings): object {
  return {
    name: 'operator',
    image,
    args: ['operator'],
    env: environment(settings, given),
    ...(settings.healthPort > 0 && {
      ports: [{ name: 'health', containerPort: settings.healthPort }],
      livenessProbe: { httpGet: { path: '/livez', port: 'health' }, initialDelaySeconds: 10 },
      readinessProbe: { httpGet: { path: '/readyz', port: 'health' } },
    }),
    resources: { requests: { cpu: '20m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** What was given is handed on as it was written; the namespace always stands there to be read. */
function environment(
  settings: Settings,
  given: GivenSettings,
): readonly { readonly name: string; readonly value: string }[] {
  const values = new Map([
    ['NAMESPACE', settings.namespace],
    ...[...given].map(([name, { text }]) => [name, text] as const),
  ]);
  return [...values].map(([name, value]) => ({ name, value }));
}
