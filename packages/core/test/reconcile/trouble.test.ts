import { eventually } from '@entrepot/control-plane';
import { apiVersionOf, type KubernetesObject } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority } from '../../src/certificates/authority.ts';
import { ConfigMap, DaemonSet, RegistryMirror, Secret, Service, StatefulSet } from '../../src/index.ts';
import { atRest } from '../support/at-rest.ts';
import { like } from '../support/matching.ts';
import { Cluster } from '../support/operator.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

/** The good mirror beside the bad one has everything. */
async function othersGoOn(): Promise<void> {
  await cluster.mirror('good', { upstreamUrl: 'ghcr.io', addressing: [{ type: 'hosts' }, { type: 'map' }] });
  await eventually(async () => expect(await cluster.names(DaemonSet)).toContain('registry-mirror-good-utils'));
  await eventually(async () => expect(await text()).toMatch(/^mirror-ghcr\.io 127\.64\./m));
}

async function text(): Promise<string> {
  const others = await cluster.client.get(ConfigMap, { namespace: cluster.namespace, name: 'others' });
  return JSON.stringify(others?.['data'] ?? {})
    .replaceAll('\\n', '\n')
    .replace('{"maps":"', '');
}

describe('a mirror that cannot be', () => {
  test('a strategy that throws degrades the guilty mirror alone, and is named', async () => {
    await cluster.operator();
    await cluster.mirror('bad', { upstreamUrl: 'quay.io', addressing: [{ type: 'map', map: { fail: true } }] });
    await othersGoOn();
    await eventually(async () =>
      expect(await cluster.conditions('bad')).toMatchObject({
        Ready: 'False StrategyFailed: map: strategy map failed: cannot bear bad',
        CacheAvailable: 'False NoReplicaReady: 0 of 2 replicas are ready',
        Addressed: 'False StrategyFailed: map: strategy map failed: cannot bear bad',
      }),
    );
    expect(await cluster.names(StatefulSet)).toContain('registry-mirror-bad');
  });

  test('what a strategy can never do is said, with what to change, and done as soon as that is changed', async () => {
    await cluster.operator();
    const why = 'spec.masqueradeUrl is too short; choose another one';
    await cluster.mirror('bad', { upstreamUrl: 'quay.io', addressing: [{ type: 'map', map: { refuse: why } }] });
    await eventually(async () => {
      expect(await cluster.conditions('bad')).toMatchObject({
        Ready: `False Unsupported: map: ${why}`,
        Addressed: `False Unsupported: map: ${why}`,
      });
      const { strategies } = await cluster.status('bad');
      expect(strategies).toMatchObject([{ name: 'map', state: 'unsupported', reason: 'Unsupported', message: why }]);
    });
    expect(await cluster.names(ConfigMap)).not.toContain('map-of-bad');
    await cluster.client.patch(
      RegistryMirror,
      { name: 'bad' },
      { spec: { addressing: [{ type: 'map' }] } },
      { type: 'merge' },
    );
    await eventually(async () => expect(await cluster.names(ConfigMap)).toContain('map-of-bad'));
  });

  test('a template that throws is named, and nothing is applied', async () => {
    await cluster.operator();
    await cluster.mirror('bad', { upstreamUrl: 'quay.io', templateOptions: { fail: true } });
    await othersGoOn();
    await eventually(async () =>
      expect(await cluster.conditions('bad')).toMatchObject({
        Ready: 'False TemplateFailed: template plain failed: cannot render this',
      }),
    );
    expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-good']);
  });

  test.each([
    {
      wrong: 'an unknown strategy',
      spec: { upstreamUrl: 'quay.io', addressing: [{ type: 'magic' }] },
      message: 'spec.addressing[0].type: unknown strategy magic, known are hosts, map, services',
    },
    {
      wrong: 'a strategy twice, once by its other name',
      spec: { upstreamUrl: 'quay.io', addressing: [{ type: 'map' }, { type: 'services' }] },
      message: 'spec.addressing[1].type: is the same strategy as spec.addressing[0].type',
    },
    {
      wrong: 'an option of the wrong type',
      spec: { upstreamUrl: 'quay.io', addressing: [{ type: 'services', services: { fail: 'yes' } }] },
      message: 'spec.addressing[0].services.fail: must be true or false, got a text',
    },
    {
      wrong: 'an unknown template',
      spec: { upstreamUrl: 'quay.io', template: 'apache' },
      message: 'spec.template: unknown template apache, known are plain',
    },
    {
      wrong: 'a cache bigger than its volume',
      spec: { upstreamUrl: 'quay.io', cache: { maxSize: '30Gi' } },
      message: 'spec.cache.maxSize: must not be above the requested storage, 20Gi',
    },
    {
      wrong: 'the certificate of another mirror',
      spec: { upstreamUrl: 'quay.io', tls: { secretName: 'registry-mirror-good-tls' } },
      message:
        'spec.tls.secretName: must not be registry-mirror-good-tls, as the operator calls a Secret of its own; give yours another name',
    },
  ])('$wrong is named with its field, and the others go on', async ({ spec, message }) => {
    await cluster.operator();
    await cluster.mirror('bad', spec);
    await othersGoOn();
    await eventually(async () =>
      expect(await cluster.conditions('bad')).toEqual({ Ready: `False InvalidSpec: ${message}` }),
    );
    expect(await cluster.names(Service)).toEqual(['registry-mirror-good', 'registry-mirror-good-headless']);
  });

  test('of two with one masquerade host the first by age, then by name, wins; the other takes over when that goes', async () => {
    await cluster.operator();
    await cluster.mirror('b-older', { upstreamUrl: 'quay.io' });
    await eventually(async () => expect(await cluster.names(DaemonSet)).toEqual(['registry-mirror-b-older-utils']));
    // Ages are in whole seconds.
    await eventually(async () => {
      const older = await cluster.client.get(RegistryMirror, { name: 'b-older' });
      expect(Date.now()).toBeGreaterThan(Date.parse(older?.metadata.creationTimestamp ?? '') + 1000);
    });
    await cluster.mirror('a-younger', { upstreamUrl: 'example.com', masqueradeUrl: 'Mirror-quay.io' });
    await eventually(async () =>
      expect(await cluster.conditions('a-younger')).toEqual({
        Ready: 'False Conflict: spec.masqueradeUrl: mirror-quay.io belongs to the older RegistryMirror b-older',
      }),
    );
    expect(await cluster.names(DaemonSet)).toEqual(['registry-mirror-b-older-utils']);
    await cluster.client.delete(RegistryMirror, { name: 'b-older' });
    await eventually(async () => expect(await cluster.names(DaemonSet)).toContain('registry-mirror-a-younger-utils'));
  });
});

const workload = {
  selector: { matchLabels: { app: 'theirs' } },
  template: {
    metadata: { labels: { app: 'theirs' } },
    spec: { containers: [{ name: 'theirs', image: 'theirs' }] },
  },
};

describe('things of others', () => {
  test.each([
    { kind: Service, name: 'registry-mirror-quay', spec: { ports: [{ port: 80 }] }, condition: 'CacheAvailable' },
    {
      kind: Service,
      name: 'registry-mirror-quay-headless',
      spec: { ports: [{ port: 80 }] },
      condition: 'CacheAvailable',
    },
    {
      kind: StatefulSet,
      name: 'registry-mirror-quay',
      spec: { ...workload, serviceName: 'x' },
      condition: 'CacheAvailable',
    },
    { kind: DaemonSet, name: 'registry-mirror-quay-utils', spec: workload, condition: 'Addressed' },
    { kind: Secret, name: 'registry-mirror-quay-secret', spec: undefined, condition: 'ConfigRendered' },
    { kind: Secret, name: 'registry-mirror-quay-tls', spec: undefined, condition: 'CertificateReady' },
  ])('a foreign $kind.kind $name is left as it is and named', async ({ kind, name, spec, condition }) => {
    const { namespace } = cluster;
    const foreign: KubernetesObject = {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { namespace, name },
      ...(spec && { spec }),
    };
    const before = await cluster.client.create(foreign);
    await cluster.operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    await othersGoOn();
    const message = `${kind.kind} ${namespace}/${name} exists already and belongs to somebody else; it is left as it is`;
    await eventually(async () =>
      expect((await cluster.conditions('quay'))[condition]).toBe(`False ForeignObject: ${message}`),
    );
    const after = await cluster.client.get(kind, { namespace, name });
    expect(after?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test.each([
    { kind: Service, name: 'registry-mirror-quay', spec: { ports: [{ port: 80 }] } },
    { kind: Secret, name: 'registry-mirror-quay-secret', spec: undefined },
    { kind: Secret, name: 'registry-mirror-quay-tls', spec: undefined },
  ])(
    'when a foreign $kind.kind $name goes, the mirror it stood in the way of goes on at once',
    async ({ kind, name, spec }) => {
      const { namespace } = cluster;
      const metadata = { namespace, name };
      await cluster.client.create({ apiVersion: 'v1', kind: kind.kind, metadata, ...(spec && { spec }) });
      await cluster.operator();
      await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
      await eventually(async () =>
        expect(Object.values(await cluster.conditions('quay'))).toContainEqual(like(/^False ForeignObject: /)),
      );
      await cluster.client.delete(kind, metadata);
      await eventually(async () => {
        const conditions = await cluster.conditions('quay');
        expect(Object.values(conditions)).not.toContainEqual(like(/^False ForeignObject: /));
        expect(await cluster.names(DaemonSet)).toEqual(['registry-mirror-quay-utils']);
        expect(await cluster.names(StatefulSet)).toEqual(['registry-mirror-quay']);
        expect(await cluster.names(kind)).toContain(name);
      });
    },
  );

  test.each([
    { what: 'for one mirror', name: 'map-of-quay', reason: 'ForeignObject' },
    { what: 'for all mirrors', name: 'map-summary', reason: 'FleetNotApplied' },
  ])('when a foreign ConfigMap goes that a strategy wants $what, that is applied at once', async ({ name, reason }) => {
    const metadata = { namespace: cluster.namespace, name };
    await cluster.client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    const operator = await cluster.operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'map' }] });
    const addressed = async () => (await cluster.conditions('quay'))['Addressed'];
    await eventually(async () => expect(await addressed()).toMatch(`False ${reason}: `));
    await atRest(operator);
    await cluster.client.delete(ConfigMap, metadata);
    await eventually(async () => expect(await addressed()).toBe('True Planned: planned by map'));
    expect(await cluster.client.get(ConfigMap, metadata)).toHaveProperty('data');
  });

  test('missing credentials are said; when the Secret comes, goes or loses a key, that is seen', async () => {
    const { namespace } = cluster;
    await cluster.operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io', credentialsSecret: 'login' });
    const secret = `Secret ${namespace}/login of spec.credentialsSecret`;
    const configRendered = async (expected: string): Promise<void> =>
      eventually(async () => expect((await cluster.conditions('quay'))['ConfigRendered']).toBe(expected));
    await configRendered(`False CredentialsMissing: ${secret} does not exist`);
    await cluster.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: 'login' },
      stringData: { username: 'robot' },
    });
    await configRendered(`False CredentialsIncomplete: ${secret} has no password`);
    const key = { namespace, name: 'login' };
    await cluster.client.patch(Secret, key, { stringData: { password: 'beep' } }, { type: 'merge' });
    await configRendered('True Rendered: the configuration is in place');
    await cluster.client.delete(Secret, key);
    await configRendered(`False CredentialsMissing: ${secret} does not exist`);
  });

  test('a certificate that is not there is named, and the setting that asks for it', async () => {
    await cluster.operator(undefined, { certificateSecret: 'none' });
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    await eventually(async () =>
      expect((await cluster.conditions('quay'))['CertificateReady']).toEqual(
        like(/^False CertificateMissing: Secret test-\w+\/none of DOCKER_CERTIFICATE_SECRET does not exist$/),
      ),
    );
  });

  test('a CA of ours near its end is replaced', async () => {
    const { namespace } = cluster;
    const { certificate, key } = await createAuthority(Date.now() - 3650 * 86_400_000 + 60_000);
    await cluster.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: 'entrepot-ca' },
      stringData: { 'tls.crt': certificate, 'tls.key': key },
    });
    await cluster.operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    await eventually(async () =>
      expect((await cluster.conditions('quay'))['CertificateReady']).toEqual(
        like(/^True Issued: Secret registry-mirror-quay-tls is valid until 20/),
      ),
    );
  });

  test('a CA that cannot be used is named and not replaced', async () => {
    const { namespace } = cluster;
    const metadata = { namespace, name: 'entrepot-ca' };
    await cluster.client.create({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'tls.crt': 'nonsense' } });
    await cluster.operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    await eventually(async () =>
      expect((await cluster.conditions('quay'))['CertificateReady']).toEqual(
        like(/^False UnusableAuthority: Secret test-\w+\/entrepot-ca: cannot sign with the CA: /),
      ),
    );
  });
});
