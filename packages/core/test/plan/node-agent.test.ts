import { describe, expect, test } from 'vitest';
import { planned } from '../support/planned.ts';

const labels = { app: 'docker-registry', mirror: 'quay' };
const ownerReferences = [{ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid: 'uid-of-quay' }];
const policyMount = { name: 'node-policy', mountPath: '/etc/entrepot/policy', readOnly: true };

describe('the DaemonSet', () => {
  test('keeps the hosts line and the trusted CA, never the key', () => {
    const limits = {
      resources: { requests: { cpu: '1m', memory: '64Mi' }, limits: { memory: '64Mi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    };
    expect(planned('DaemonSet', 'registry-mirror-quay-utils', { upstreamUrl: 'quay.io' })).toEqual({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { namespace: 'mirrors', name: 'registry-mirror-quay-utils', labels, ownerReferences },
      spec: {
        minReadySeconds: 10,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%' } },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: { ...labels, component: 'hostess-certificate' } },
          spec: {
            serviceAccountName: 'mirror-hostess',
            automountServiceAccountToken: true,
            terminationGracePeriodSeconds: 10,
            containers: [
              {
                name: 'mirror-hostess',
                image: 'agent:1',
                imagePullPolicy: 'IfNotPresent',
                env: [
                  { name: 'LOCK_FILE', value: '/var/lock/hostess/mirror-hostess' },
                  { name: 'SERVICE_NAME', value: 'registry-mirror-quay' },
                  { name: 'SERVICE_NAMESPACE', value: 'mirrors' },
                  { name: 'SHADOW_FQDN', value: 'mirror-quay.io' },
                  { name: 'HOSTS_FILE', value: '/etc/hosts_from_host' },
                  { name: 'HOSTS_FILE_BACKUP', value: '/etc/hosts.backup/hosts' },
                  { name: 'KEEP_ON_EXIT', value: 'true' },
                  { name: 'CLUSTER_DOMAIN', value: 'cluster.local' },
                  { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
                  { name: 'NODE_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.hostIP' } } },
                  { name: 'HEALTH_PORT', value: '15080' },
                ],
                volumeMounts: [
                  { name: 'etc-hosts', mountPath: '/etc/hosts_from_host' },
                  { name: 'etc-hosts-backup', mountPath: '/etc/hosts.backup' },
                  { name: 'lock', mountPath: '/var/lock/hostess' },
                  policyMount,
                ],
                readinessProbe: { httpGet: { path: '/readyz', port: 15080 }, periodSeconds: 5 },
                ...limits,
              },
              {
                name: 'certificate-installation',
                image: 'agent:1',
                imagePullPolicy: 'IfNotPresent',
                args: ['trusted-ca'],
                env: [
                  { name: 'CA_SOURCE', value: '/source/tls.crt' },
                  { name: 'CA_TARGETS', value: '/target' },
                  { name: 'CA_NAMES', value: 'mirror-quay.io' },
                  { name: 'CA_SHA256', value: 'SHA-256 of ca.crt in Secret registry-mirror-quay-tls' },
                  { name: 'HEALTH_PORT', value: '15081' },
                ],
                volumeMounts: [
                  { name: 'tls', mountPath: '/source', readOnly: true },
                  { name: 'docker-certs', mountPath: '/target' },
                  policyMount,
                ],
                readinessProbe: { httpGet: { path: '/readyz', port: 15081 }, periodSeconds: 5 },
                ...limits,
              },
            ],
            volumes: [
              { name: 'etc-hosts', hostPath: { path: '/etc/hosts' } },
              { name: 'etc-hosts-backup', hostPath: { path: '/etc/hosts.backup' } },
              { name: 'lock', hostPath: { path: '/var/lock/mirror-hostess' } },
              { name: 'node-policy', configMap: { name: 'entrepot-node-policy', optional: true } },
              { name: 'docker-certs', hostPath: { path: '/etc/docker/certs.d/mirror-quay.io' } },
              {
                name: 'tls',
                secret: { secretName: 'registry-mirror-quay-tls', items: [{ key: 'ca.crt', path: 'tls.crt' }] },
              },
            ],
          },
        },
      },
    });
  });

  test('is not there when nothing is to be kept on nodes', () => {
    const spec = { upstreamUrl: 'quay.io', addressing: [{ type: 'map' }] };
    expect(planned('DaemonSet', 'registry-mirror-quay-utils', spec)).toBeUndefined();
  });
});
