import { describe, expect, test } from 'vitest';
import { completeValues, type SomeValues } from '../../src/chart/read-values.ts';
import { manifests } from '../../src/manifests/manifests.ts';
import { printObjects } from '../../src/output.ts';
import { version } from '../../src/version.ts';

const manifestsFor = (namespace: string, values: SomeValues = {}) =>
  manifests({ namespace, values: completeValues(values) });

/** `Kind namespace/name` of each object. */
function namesFor(namespace: string, values: SomeValues = {}): readonly string[] {
  return manifestsFor(namespace, values).map(
    ({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
  );
}

describe('the manifests', () => {
  test('hold a Namespace, the API, two accounts with their Roles, and the operator with its guards', () => {
    expect(namesFor('mirrors', { settings: { imageswapNamespace: 'imageswap-system' } })).toEqual([
      'Namespace /mirrors',
      'CustomResourceDefinition /registrymirrors.k8s.osp.tech',
      'ServiceAccount mirrors/mirror-hostess',
      'Role mirrors/mirror-hostess',
      'RoleBinding mirrors/mirror-hostess',
      'ServiceAccount mirrors/entrepot-operator',
      'ClusterRole /entrepot-operator',
      'ClusterRoleBinding /entrepot-operator',
      'Role mirrors/entrepot-operator',
      'RoleBinding mirrors/entrepot-operator',
      'Role default/entrepot-operator-events',
      'RoleBinding default/entrepot-operator-events',
      'Role imageswap-system/entrepot-operator-imageswap',
      'RoleBinding imageswap-system/entrepot-operator-imageswap',
      'Deployment mirrors/entrepot-operator',
      'ResourceQuota mirrors/entrepot-critical-pods',
      'PodDisruptionBudget mirrors/entrepot-operator',
      'NetworkPolicy mirrors/entrepot-operator',
    ]);
  });

  test.each(['default', 'kube-system'])('leave the namespace %s alone, which every cluster has', (namespace) => {
    expect(namesFor(namespace)).not.toContain(`Namespace /${namespace}`);
  });

  test('let the operator change nothing of the cluster itself but mirrors, which it may patch, neither create nor delete', () => {
    expect(manifestsFor('mirrors').find(({ kind }) => kind === 'ClusterRole')).toMatchObject({
      rules: [
        { apiGroups: ['k8s.osp.tech'], resources: ['registrymirrors'], verbs: ['get', 'list', 'watch', 'patch'] },
        { apiGroups: ['k8s.osp.tech'], resources: ['registrymirrors/status'] },
        { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['list', 'watch'] },
      ],
    });
  });

  test('let node agents do no more than read and watch Services where the mirrors are', () => {
    const labels = { 'app.kubernetes.io/part-of': 'entrepot' };
    const ofAgents = manifestsFor('mirrors').filter(
      ({ kind, metadata }) => metadata.name === 'mirror-hostess' && kind !== 'RoleBinding',
    );
    expect(ofAgents).toEqual([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'mirror-hostess', namespace: 'mirrors', labels } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'mirror-hostess', namespace: 'mirrors', labels },
        rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] }],
      },
    ]);
  });

  test('let pods of the namespace write to folders of their node, as node agents do', () => {
    const [namespace] = manifestsFor('mirrors');
    expect(namespace?.metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'privileged' });
  });

  test('hold a Deployment that is told nothing but where it is, what its images are, and what installations preset', () => {
    const deployment = manifestsFor('mirrors').filter(({ kind }) => kind === 'Deployment');
    expect(printObjects(deployment, 'yaml').replaceAll(version, '<version>')).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: entrepot-operator
  namespace: mirrors
  labels:
    app.kubernetes.io/name: entrepot-operator
    app.kubernetes.io/part-of: entrepot
    app.kubernetes.io/version: <version>
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: entrepot-operator
  template:
    metadata:
      labels:
        app.kubernetes.io/name: entrepot-operator
        app.kubernetes.io/version: <version>
    spec:
      containers:
        - args:
            - operator
          env:
            - name: NAMESPACE
              value: mirrors
            - name: NGINX_IMAGE
              value: docker.io/nginx:1.30.6-alpine
            - name: FETCHER_IMAGE
              value: ghcr.io/entrepot/mirror-fetcher:<version>
            - name: NODE_AGENT_IMAGE
              value: ghcr.io/entrepot/node-agent:<version>
            - name: NODE_AGENT_TOLERATIONS
              value: '[{"operator":"Exists"}]'
            - name: PRIORITY_CLASS
              value: system-cluster-critical
            - name: NODE_AGENT_PRIORITY_CLASS
              value: system-node-critical
            - name: HEALTH_PORT
              value: "8080"
          image: ghcr.io/entrepot/operator:<version>
          imagePullPolicy: IfNotPresent
          livenessProbe:
            httpGet:
              path: /livez
              port: health
            initialDelaySeconds: 10
          name: operator
          ports:
            - containerPort: 8080
              name: health
          readinessProbe:
            httpGet:
              path: /readyz
              port: health
          resources:
            limits:
              memory: 512Mi
            requests:
              cpu: 20m
              memory: 128Mi
          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop:
                - ALL
            readOnlyRootFilesystem: true
      priorityClassName: system-cluster-critical
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        seccompProfile:
          type: RuntimeDefault
      serviceAccountName: entrepot-operator
      topologySpreadConstraints:
        - labelSelector:
            matchLabels:
              app.kubernetes.io/name: entrepot-operator
          maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
        - labelSelector:
            matchLabels:
              app.kubernetes.io/name: entrepot-operator
          maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
`);
  });

  test('without a health port there is nothing to probe, and nothing to reach', () => {
    const text = printObjects(manifestsFor('mirrors', { settings: { healthPort: 0 } }).slice(-4), 'yaml');
    expect(text).not.toMatch(/Probe|ports|ingress:/);
  });

  test('a label of all objects is on every one, and none of ours is lost', () => {
    const objects = manifestsFor('mirrors', { commonLabels: { team: 'x', 'app.kubernetes.io/name': 'y' } }).slice(1);
    const labels = objects.map(({ metadata }) => metadata.labels);
    expect(labels.filter((label) => label?.['team'] !== 'x')).toEqual([]);
    expect(objects.find(({ kind }) => kind === 'Deployment')).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/name': 'entrepot-operator' } },
      spec: { template: { metadata: { labels: { team: 'x', 'app.kubernetes.io/name': 'entrepot-operator' } } } },
    });
  });
});
