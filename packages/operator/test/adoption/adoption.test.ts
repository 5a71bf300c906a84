import { X509Certificate } from 'node:crypto';
import { DaemonSet, RegistryMirror, registryMirrorCRD, Secret, Service, StatefulSet } from '@entrepot/core';
import { freePort, poll } from '@entrepot/control-plane';
import type { GroupVersionKind, KubernetesObject } from '@entrepot/kube';
import {
  formerServices,
  formerWorkloads,
  olderServices,
  olderWorkloads,
  PythonClient,
  type FormerMirror,
  type ServingCertificate,
  ThrowawayAuthority,
  userAgents,
} from '@entrepot/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metricSum } from '../operator/metric-sum.ts';
import { RunningOperator } from '../operator/running-operator.ts';
import { TestCluster } from '../operator/test-cluster.ts';

const namespace = 'mirrors';
const Claim = { group: '', version: 'v1', kind: 'PersistentVolumeClaim' };
const deadline = { deadlineMs: 60_000 };

interface Case {
  readonly title: string;
  readonly name: string;
  readonly scheme: FormerMirror['scheme'];
  readonly userAgent: string;
  readonly services: typeof formerServices;
  readonly workloads: typeof formerWorkloads;
  /** What the installation was created with and cannot be changed. */
  readonly kept?: object;
  readonly isOlderThanManagedFields?: boolean;
  /** DOCKER_CERTIFICATE_SECRET, where it stays configured. */
  readonly certificateSecret?: string;
}

const current = {
  userAgent: userAgents.now,
  services: formerServices,
  workloads: formerWorkloads,
  certificateSecret: 'docker-certificate',
};
const older = {
  userAgent: userAgents.before2020,
  services: olderServices,
  workloads: olderWorkloads,
  kept: { podManagementPolicy: 'OrderedReady' },
};
const cases: readonly Case[] = [
  { title: 'mirror-operator in hostess mode', name: 'former-hosts', scheme: 'hostess', ...current },
  { title: 'mirror-operator in services mode', name: 'former-swap', scheme: 'services', ...current },
  { title: 'the mirror-operator of 2018', name: 'former-older', scheme: 'hostess', ...older },
  {
    title: 'the mirror-operator of 2018, from before there were field managers',
    name: 'former-oldest',
    scheme: 'hostess',
    ...older,
    isOlderThanManagedFields: true,
  },
];

const volumeOf = (name: string): object =>
  /old/.test(name) ? { volumeClaimTemplate: { spec: { resources: { requests: { storage: '5Gi' } } } } } : {};

let cluster: TestCluster;
/** What mirrors serve in `DOCKER_CERTIFICATE_SECRET`. */
let ofAllMirrors: ServingCertificate;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await cluster.apply(registryMirrorCRD());
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await cluster.apply({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'user-standard' },
    value: 1000,
  });
  ofAllMirrors = await (await ThrowawayAuthority.create()).issue(['*.example.com']);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'docker-certificate', namespace },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': ofAllMirrors.cert, 'tls.key': ofAllMirrors.key },
  });
  await poll('RegistryMirrors to be served', async () => isServed(), deadline);
}, 900_000);

afterAll(async () => cluster.stop());

describe.each(cases)('an installation of $title', (form) => {
  const { name, scheme, certificateSecret } = form;
  const fresh = name.replace('former', 'fresh');
  let before: Readonly<Record<string, KubernetesObject>>;
  let stop: () => Promise<unknown>;

  beforeAll(async () => {
    before = await install(form);
    await cluster.mirror(fresh, specOf(fresh, scheme, volumeOf(name)));
    const running = await operator(scheme, certificateSecret);
    stop = running.stop;
    for (const mirror of [name, fresh]) await cluster.hasCondition(mirror, 'Addressed', /^False NoNodes/);
    await running.isIdle();
  }, 120_000);

  test('is taken over in place: no object is recreated, addresses and claims stay', async () => {
    const after = await objectsOf(name);
    for (const [id, object] of Object.entries(before)) {
      expect(after[id]).toMatchObject({ kind: object.kind, metadata: { uid: object.metadata.uid } });
      expect(fixed(after[id])).toEqual(fixed(object));
    }
    const claims = await cluster.client.list(Claim, { namespace, labelSelector: `mirror=${name}` });
    const expected = ['0', '1'].map((ordinal) => `image-store-registry-mirror-${name}-${ordinal}`);
    const names = claims.items.map((claim) => claim.metadata.name).sort();
    expect(expected.slice(0, names.length)).toEqual(names);
    expect(names).not.toEqual([]);
  });

  test('has nothing left of what it was: its objects are those of a new mirror', async () => {
    const [adopted, made] = [await objectsOf(name), await objectsOf(fresh)];
    const addresses = { [addressIn(adopted, name)]: 'address', [addressIn(made, fresh)]: 'address' };
    const comparable = (objects: Readonly<Record<string, KubernetesObject>>, mirror: string, kept: object = {}) =>
      Object.fromEntries(
        Object.entries(objects).map(([id, object]) => [
          id.replace(mirror, 'x'),
          anonymous(essence(object, object.kind === 'StatefulSet' ? kept : {}), mirror, addresses),
        ]),
      );
    expect(comparable(adopted, name)).toEqual(comparable(made, fresh, form.kept));
  });

  test('belongs to us alone from now on, as far as it is not controllers’', async () => {
    const managers = Object.values(await objectsOf(name)).flatMap(({ kind, metadata }) =>
      (metadata.managedFields ?? []).flatMap(({ manager, subresource }) =>
        subresource === undefined ? [`${kind} ${manager}`] : [],
      ),
    );
    expect(managers.filter((manager) => !manager.endsWith(' entrepot'))).toEqual([]);
  });

  test('serves a certificate for the name by which it is called: that of all mirrors, where it is good for that', async () => {
    const address = addressIn(await objectsOf(name), name);
    const served = await servedBy(name);
    const isGiven = certificateSecret !== undefined && scheme === 'hostess';
    expect(served.toString() === new X509Certificate(ofAllMirrors.cert).toString()).toBe(isGiven);
    const isValid = scheme === 'services' ? served.checkIP(address) : served.checkHost(`mirror-${name}.example.com`);
    expect(isValid).toBeDefined();
  });

  test('is left alone the next time', async () => {
    await stop();
    const kinds = [RegistryMirror, Service, Secret, StatefulSet, DaemonSet];
    const versions = await cluster.versions(kinds);
    const again = await operator(scheme, certificateSecret);
    await again.isIdle();
    await again.stop();
    expect(await cluster.versions(kinds)).toEqual(versions);
  });
});

async function isServed(): Promise<boolean> {
  return cluster.client.list(RegistryMirror).then(
    () => true,
    () => false,
  );
}

function specOf(mirror: string, scheme: string, further: object): object {
  return { upstreamUrl: `${mirror}.example.com`, addressing: [{ type: scheme }], ...further };
}

/** Leaves what the former operator leaves after it made everything and, started again, replaced it. */
async function install({ name, scheme, userAgent, services, workloads, isOlderThanManagedFields }: Case) {
  await cluster.mirror(name, specOf(name, scheme, volumeOf(name)));
  const mirror = await cluster.client.get<KubernetesObject>(RegistryMirror, { name });
  if (mirror === undefined) throw new Error(`there is no RegistryMirror ${name}`);
  const python = await PythonClient.connect(cluster.plane.kubeconfig, userAgent);
  const form = { mirror, namespace, masqueradeUrl: `mirror-${name}.example.com`, scheme };
  for (const pass of ['created', 'replaced']) {
    await python.createOrReplace(services({ ...form, clusterIP: '' }));
    const clusterIP = addressIn(await objectsOf(name), name);
    await python.createOrReplace(workloads({ ...form, clusterIP }));
    if (pass === 'created') await claimsExist(name);
  }
  await python.close();
  if (isOlderThanManagedFields === true) await forgetManagers(name);
  return objectsOf(name);
}

async function claimsExist(name: string): Promise<void> {
  const selection = { namespace, labelSelector: `mirror=${name}` };
  await poll(`claims of ${name}`, async () => (await cluster.client.list(Claim, selection)).items.length > 0, deadline);
}

/** What was written before the API server kept managedFields has none; they start with the first apply. */
async function forgetManagers(name: string): Promise<void> {
  const forget = [{ op: 'replace', path: '/metadata/managedFields', value: [{}] }];
  for (const { kind, metadata } of Object.values(await objectsOf(name))) {
    const found = kinds.find((known) => known.kind === kind);
    if (found !== undefined)
      await cluster.client.patch(found, { namespace, name: metadata.name }, forget, { type: 'json' });
  }
}

/** The certificate in the Secret that a mirror's pods mount. */
async function servedBy(mirror: string): Promise<X509Certificate> {
  const server = JSON.stringify((await objectsOf(mirror))[`StatefulSet registry-mirror-${mirror}`]);
  const secret = /"name":"tls","secret":\{[^}]*"secretName":"([^"]+)"/.exec(server)?.[1] ?? '';
  const live = await cluster.client.get<KubernetesObject>(Secret, { namespace, name: secret });
  return new X509Certificate(Buffer.from(String(record(live?.['data'])['tls.crt']), 'base64'));
}

const kinds: readonly GroupVersionKind[] = [Service, StatefulSet, DaemonSet, Secret];

/** The objects of a mirror, by kind and name. */
async function objectsOf(mirror: string): Promise<Readonly<Record<string, KubernetesObject>>> {
  const lists = await Promise.all(
    kinds.map(async (kind) =>
      cluster.client.list<KubernetesObject>(kind, { namespace, labelSelector: `mirror=${mirror}` }),
    ),
  );
  return Object.fromEntries(
    lists.flatMap(({ items }) => items).map((object) => [`${object.kind} ${object.metadata.name}`, object]),
  );
}

async function operator(scheme: string, certificateSecret: string | undefined) {
  const port = await freePort();
  const running = new RunningOperator(cluster.plane.kubeconfig, {
    NAMESPACE: namespace,
    ADDRESSING_SCHEME: scheme,
    ...(certificateSecret !== undefined && { DOCKER_CERTIFICATE_SECRET: certificateSecret }),
    HEALTH_HOST: '127.0.0.1',
    HEALTH_PORT: String(port),
  });
  const isIdle = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    const text = await response.text();
    const passes = metricSum(text, 'entrepot_reconciles_total', /controller="mirrors",result="done"/);
    return passes >= 2 && metricSum(text, 'entrepot_queue_depth', /^/) === 0;
  };
  return {
    isIdle: async () => poll('an operator at rest', async () => isIdle().catch(() => false), deadline),
    stop: async () => running.stop(),
  };
}

function addressIn(objects: Readonly<Record<string, KubernetesObject>>, mirror: string): string {
  return String(record(objects[`Service registry-mirror-${mirror}`]?.['spec'])['clusterIP']);
}

/** What may not change while an installation is taken over. */
function fixed(object: KubernetesObject | undefined): object {
  const { clusterIP, clusterIPs, ipFamilies, volumeClaimTemplates, serviceName, ...spec } = record(object?.['spec']);
  const { matchLabels } = record(spec['selector']);
  const { ownerReferences, labels } = object?.metadata ?? {};
  return { clusterIP, clusterIPs, ipFamilies, volumeClaimTemplates, serviceName, matchLabels, ownerReferences, labels };
}

/** What an object says, without what the API server and controllers say of it. */
function essence({ metadata, spec, data }: KubernetesObject, kept: object): object {
  const { clusterIP, clusterIPs, ...rest } = record(spec);
  const keys = Object.keys(record(data)).sort();
  const address = clusterIP === 'None' ? 'None' : typeof clusterIP;
  const { labels, ownerReferences } = metadata;
  // Until nodes forget what was served before, it is known since when.
  const {
    'deprecated.daemonset.template.generation': _generation,
    'entrepot/swapped-at': _swappedAt,
    ...annotations
  } = metadata.annotations ?? {};
  const owners = ownerReferences?.map(({ uid: _uid, ...owner }) => owner);
  return {
    labels,
    annotations,
    owners,
    address,
    spec: { ...rest, ...kept },
    keys,
    isDual: record(clusterIPs).length === 2,
  };
}

/** The same text for any mirror: names, addresses and hashes are its own. */
function anonymous(value: object, mirror: string, addresses: Readonly<Record<string, string>>): unknown {
  let text = JSON.stringify(value).replaceAll(mirror, 'x');
  for (const [address, word] of Object.entries(addresses)) text = text.replaceAll(address, word);
  return JSON.parse(text.replaceAll(/\b[0-9a-f]{16,64}\b/g, 'hash'));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
