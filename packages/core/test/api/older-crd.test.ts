import { poll, startControlPlane, type ControlPlane } from '@entrepot/control-plane';
import { KubeClient, loadConnection, type KubernetesObject } from '@entrepot/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fieldManager, RegistryMirror, registryMirrorCRD } from '../../src/index.ts';

const CRD = { group: 'apiextensions.k8s.io', version: 'v1', kind: 'CustomResourceDefinition' };
const name = 'registrymirrors.k8s.osp.tech';

/** As users of mirror-operator have it: of the same names, with a schema that takes everything. */
const older: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: CRD.kind,
  metadata: { name },
  spec: {
    group: 'k8s.osp.tech',
    scope: 'Cluster',
    preserveUnknownFields: false,
    names: { plural: 'registrymirrors', singular: 'registrymirror', kind: 'RegistryMirror', shortNames: ['rm'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
};

let plane: ControlPlane;
let client: KubeClient;
beforeAll(async () => {
  plane = await startControlPlane();
  client = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
}, 120_000);
afterAll(async () => {
  await client.close();
  await plane.stop();
});

async function marksOfSpec(): Promise<readonly string[]> {
  const live = await client.get(CRD, { name });
  return [...JSON.stringify(live?.['spec']).matchAll(/"preserveUnknownFields":true|"subresources"/g)].map(
    ([hit]) => hit,
  );
}

test('the CustomResourceDefinition of older installations gives way to ours, and every mirror stays as it was written', async () => {
  const specs: Readonly<Record<string, object>> = {
    docker: { upstreamUrl: 'hub.docker.io' },
    named: { upstreamUrl: 'hub.docker.io', masqueradeUrl: 'local.docker.io' },
    internal: { upstreamUrl: 'internal.example.com', credentialsSecret: 'internal-mirror' },
    large: {
      upstreamUrl: 'internal.example.com',
      volumeClaimTemplate: { spec: { access_modes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } } },
    },
    strange: { upstreamUrl: 'https://quay.io/team', note: { any: ['thing'] } },
  };
  await client.create(older);
  const create = async (mirror: string, spec: object) =>
    client.create({ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', metadata: { name: mirror }, spec }).then(
      () => true,
      () => false,
    );
  const [first, ...rest] = Object.entries(specs);
  await poll('the kind RegistryMirror', () => create(...(first ?? ['', {}])), { deadlineMs: 60_000, everyMs: 50 });
  for (const [mirror, spec] of rest) expect(await create(mirror, spec)).toBe(true);

  await client.apply(registryMirrorCRD(), { fieldManager, force: true });
  expect(await marksOfSpec()).toEqual(['"subresources"']);
  const { items } = await client.list(RegistryMirror);
  expect(Object.fromEntries(items.map(({ metadata, ...mirror }) => [metadata.name, mirror['spec']]))).toEqual(specs);
});
