import type { KubernetesObject } from '@entrepot/kube';
import { baseLabels, formerServices, formerWorkloads, metadataOf, type FormerMirror } from './mirror-operator.ts';

/** Services as mirror-operator of 2018 made them: reachable on every node. */
export function olderServices(former: FormerMirror): readonly KubernetesObject[] {
  return formerServices(former).map((service, index) =>
    index === 0 ? { ...service, spec: { ...record(service['spec']), type: 'NodePort' } } : service,
  );
}

/** What mirror-operator of 2018 made: a registry that pulls through, with its settings in the environment. */
export function olderWorkloads(former: FormerMirror): readonly KubernetesObject[] {
  const daemonSet = formerWorkloads(former).filter(({ kind }) => kind === 'DaemonSet');
  return [olderStatefulSet(former), ...daemonSet];
}

function olderStatefulSet(former: FormerMirror): KubernetesObject {
  const { name } = former.mirror.metadata;
  const store = { name: 'image-store', mountPath: '/var/lib/registry' };
  const login = (key: string) => ({ secretKeyRef: { name: 'quay-login', key } });
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataOf(former),
    spec: {
      replicas: 2,
      serviceName: `registry-mirror-${name}-headless`,
      updateStrategy: { type: 'RollingUpdate' },
      selector: { matchLabels: baseLabels(name) },
      template: {
        metadata: { labels: { ...baseLabels(name), component: 'registry' } },
        spec: {
          terminationGracePeriodSeconds: 10,
          initContainers: [
            {
              name: 'validate-state-file',
              image: 'python:3.6-alpine',
              command: ['python', '-c', 'import json; json.load(open("/var/lib/registry/scheduler-state.json"))'],
              volumeMounts: [store],
            },
          ],
          containers: [
            {
              name: 'registry',
              image: 'registry:2.6.0',
              env: [
                { name: 'REGISTRY_PROXY_REMOTEURL', value: 'https://quay.io' },
                { name: 'REGISTRY_HTTP_ADDR', value: ':5000' },
                { name: 'REGISTRY_HTTP_DEBUG_ADDR', value: 'localhost:6000' },
                { name: 'REGISTRY_HTTP_TLS_CERTIFICATE', value: '/etc/registry-certs/tls.crt' },
                { name: 'REGISTRY_HTTP_TLS_KEY', value: '/etc/registry-certs/tls.key' },
                { name: 'REGISTRY_STORAGE_DELETE_ENABLED', value: 'true' },
                { name: 'REGISTRY_PROXY_USERNAME', valueFrom: login('username') },
                { name: 'REGISTRY_PROXY_PASSWORD', valueFrom: login('password') },
              ],
              ports: [{ name: 'https', containerPort: 5000 }],
              readinessProbe: {
                httpGet: { path: '/', port: 5000, scheme: 'HTTPS' },
                initialDelaySeconds: 3,
                periodSeconds: 3,
              },
              volumeMounts: [store, { name: 'tls', mountPath: '/etc/registry-certs', readOnly: true }],
            },
          ],
          volumes: [{ name: 'tls', secret: { secretName: 'docker-certificate' } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'image-store' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
        },
      ],
    },
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
