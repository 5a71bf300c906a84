import type { KubernetesObject } from '@entrepot/kube';

export const namespace = 'default';

/** One Secret with text content. */
export function secret(name: string, stringData: Record<string, string>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, stringData };
}

/** Port 80, to that port of the pods labelled `app=<name>`. */
export function service(name: string, targetPort: number): KubernetesObject {
  const spec = { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { namespace, name }, spec };
}

/** One file server with a Secret `greeting`, a claim, uid 101 and a read-only root. */
export function statefulSet(name: string, port: number): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { namespace, name },
    spec: {
      selector: { matchLabels: { app: name } },
      serviceName: name,
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          securityContext: { runAsUser: 101, runAsGroup: 101, fsGroup: 101 },
          containers: [
            {
              name: 'server',
              image: 'file-server:1',
              args: ['/etc/greeting', String(port)],
              securityContext: { readOnlyRootFilesystem: true },
              env: [
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                { name: 'GREETING', value: 'hello $(POD_NAME)' },
              ],
              ports: [{ name: 'http', containerPort: port }],
              readinessProbe: { httpGet: { path: '/text', port: 'http' } },
              volumeMounts: [
                { name: 'greeting', mountPath: '/etc/greeting' },
                { name: 'data', mountPath: '/data' },
              ],
            },
          ],
          volumes: [{ name: 'greeting', secret: { secretName: 'greeting' } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  };
}

/** The agent with a host path. */
export function daemonSet(name: string): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace, name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 10,
          containers: [{ name: 'agent', image: 'agent:1', volumeMounts: [{ name: 'node', mountPath: '/node' }] }],
          volumes: [{ name: 'node', hostPath: { path: '/var/agent' } }],
        },
      },
    },
  };
}

/** A pod with one container, `main`. */
export function simplePod(
  name: string,
  image: string,
  container: object = {},
  volumes: readonly object[] = [],
): KubernetesObject {
  const spec = { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image, ...container }], volumes };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec };
}

/** A program without any privilege and one that signals it, in one PID namespace. */
export function sharingPod(name: string): KubernetesObject {
  const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
  const spec = {
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsUser: 101, runAsGroup: 101 },
    containers: ['told', 'teller'].map((program) => ({ name: program, image: `${program}:1`, volumeMounts })),
    volumes: [{ name: 'shared', emptyDir: {} }],
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name }, spec };
}
