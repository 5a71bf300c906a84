import { ifAny, each, type Fields, type Tree, when } from '../chart/tree.ts';
import { appVersion, item, joined, merged, namespace, value } from '../chart/expression.ts';
import { image } from '../chart/image.ts';
import { settingVariables } from '../chart/setting-values.ts';
import { operatorName, operatorSelector } from '../chart/values-schema.ts';
import { metadata } from './metadata.ts';

const healthPort = value('settings.healthPort');
const version = { 'app.kubernetes.io/version': appVersion };

/** What the operator is told; {@link settingVariables} are those of its settings that are values of that name. */
export const environment: readonly Tree[] = [
  { name: 'NAMESPACE', value: namespace },
  { name: 'NGINX_IMAGE', value: image('images.nginx') },
  { name: 'FETCHER_IMAGE', value: image('images.fetcher') },
  { name: 'NODE_AGENT_IMAGE', value: image('images.nodeAgent') },
  when(value('imagePullSecrets'), { name: 'IMAGE_PULL_SECRETS', value: joined(value('imagePullSecrets')) }),
  ...settingVariables(),
  each(value('extraEnv'), item()),
];

/** Pods of the operator's image run as nobody in particular. */
export const podSecurity: Fields = {
  runAsNonRoot: true,
  runAsUser: 65_532,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** What its containers may not do. */
export const containerSecurity: Fields = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** The Secrets that a pod's images are pulled with. */
export function pullSecrets(): Tree {
  return when(value('imagePullSecrets'), [each(value('imagePullSecrets'), { name: item() })]);
}

/** The Deployment of the operator, without any right but those of its account. */
export const operatorDeployment: Tree = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(operatorName, namespace, { ...operatorSelector, ...version }),
  spec: {
    replicas: value('replicas'),
    selector: { matchLabels: operatorSelector },
    template: {
      metadata: {
        labels: merged({ ...operatorSelector, ...version }, value('podLabels'), value('commonLabels')),
        annotations: ifAny(value('podAnnotations')),
      },
      spec: {
        serviceAccountName: operatorName,
        priorityClassName: ifAny(value('priorityClassName')),
        imagePullSecrets: pullSecrets(),
        nodeSelector: ifAny(value('nodeSelector')),
        affinity: ifAny(value('affinity')),
        tolerations: ifAny(value('tolerations')),
        topologySpreadConstraints: ifAny(value('topologySpreadConstraints')),
        securityContext: podSecurity,
        containers: [container()],
        volumes: ifAny(value('extraVolumes')),
      },
    },
  },
};

function container(): Fields {
  return {
    name: 'operator',
    image: image('image'),
    imagePullPolicy: value('imagePullPolicy'),
    args: ['operator'],
    env: environment,
    ports: when(healthPort, [{ name: 'health', containerPort: healthPort }]),
    livenessProbe: when(healthPort, { httpGet: { path: '/livez', port: 'health' }, initialDelaySeconds: 10 }),
    readinessProbe: when(healthPort, { httpGet: { path: '/readyz', port: 'health' } }),
    resources: value('resources'),
    securityContext: containerSecurity,
    volumeMounts: ifAny(value('extraVolumeMounts')),
  };
}
