import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../src/configuration.ts';
import { manifests } from '../../src/manifests/manifests.ts';
import { printObjects } from '../../src/output.ts';
import { givenSettings } from '../../src/settings/given-settings.ts';

async function manifestsFor(settings: Readonly<Record<string, string>>) {
  const given = givenSettings({}, settings);
  return manifests({ configuration: await readConfiguration(given, '.'), given, image: 'operator:1' });
}

/** `Kind namespace/name` of each object. */
async function namesFor(settings: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const objects = await manifestsFor(settings);
  return objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
}

describe('the manifests', () => {
  test('hold a Namespace, the API, two accounts with their Roles, and the operator', async () => {
    expect(await namesFor({ NAMESPACE: 'mirrors', IMAGESWAP_NAMESPACE: 'imageswap-system' })).toEqual([
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
      'Role default/entrepot-operator',
      'RoleBinding default/entrepot-operator',
      'Role imageswap-system/entrepot-operator',
      'RoleBinding imageswap-system/entrepot-operator',
      'Deployment mirrors/entrepot-operator',
    ]);
  });

  test.each(['default', 'kube-system'])('leave the namespace %s alone, which every cluster has', async (namespace) => {
    expect(await namesFor({ NAMESPACE: namespace })).not.toContain(`Namespace /${namespace}`);
  });

  test('let the operator change nothing of the cluster itself but mirrors, which it may patch, neither create nor delete', async () => {
    const objects = await manifestsFor({});
    expect(objects.find(({ kind }) => kind === 'ClusterRole')).toMatchObject({
      rules: [
        { apiGroups: ['k8s.osp.tech'], resources: ['registrymirrors'], verbs: ['get', 'list', 'watch', 'patch'] },
        { apiGroups: ['k8s.osp.tech'], resources: ['registrymirrors/status'] },
      ],
    });
  });

  test('let node agents do no more than read and watch Services where the mirrors are', async () => {
    const objects = await manifestsFor({ NAMESPACE: 'mirrors' });
    const ofAgents = objects.filter(
      ({ kind, metadata }) => metadata.name === 'mirror-hostess' && kind !== 'RoleBinding',
    );
    expect(ofAgents).toEqual([
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'mirror-hostess', namespace: 'mirrors' } },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'mirror-hostess', namespace: 'mirrors' },
        rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] }],
      },
    ]);
  });

  test('let pods of the namespace write to folders of their node, as node agents do', async () => {
    const [namespace] = await manifestsFor({ NAMESPACE: 'mirrors' });
    expect(namespace?.metadata.labels).toEqual({ 'pod-security.kubernetes.io/enforce': 'privileged' });
  });

  test('hand the given settings on to the operator, as they were written', async () => {
    const objects = await manifestsFor({
      NAMESPACE: 'mirrors',
      SS_DS_LABELS: `{'team': 'x'}`,
      IMAGE_PULL_SECRETS: 'hub, ghcr',
      HEALTH_PORT: '9090',
    });
    expect(printObjects(objects.slice(-1), 'yaml')).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: entrepot-operator
  namespace: mirrors
  labels:
    app.kubernetes.io/name: entrepot-operator
spec:
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: entrepot-operator
  template:
    metadata:
      labels:
        app.kubernetes.io/name: entrepot-operator
    spec:
      containers:
        - args:
            - operator
          env:
            - name: NAMESPACE
              value: mirrors
            - name: IMAGE_PULL_SECRETS
              value: hub, ghcr
            - name: SS_DS_LABELS
              value: "{'team': 'x'}"
            - name: HEALTH_PORT
              value: "9090"
          image: operator:1
          livenessProbe:
            httpGet:
              path: /livez
              port: health
            initialDelaySeconds: 10
          name: operator
          ports:
            - containerPort: 9090
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
      imagePullSecrets:
        - name: hub
        - name: ghcr
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        seccompProfile:
          type: RuntimeDefault
      serviceAccountName: entrepot-operator
`);
  });

  test('without a health port there is nothing to probe', async () => {
    const objects = await manifestsFor({ HEALTH_PORT: '0' });
    expect(printObjects(objects.slice(-1), 'yaml')).not.toMatch(/Probe|ports/);
  });
});
