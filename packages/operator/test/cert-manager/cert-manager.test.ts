import { createHash, X509Certificate } from 'node:crypto';
import { DaemonSet, RegistryMirror, Secret } from '@entrepot/core';
import { type CertManager, poll, startCertManager } from '@entrepot/control-plane';
import type { GroupVersionKind, KubernetesObject } from '@entrepot/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { entrepot } from '../cli/run-program.ts';
import { RunningOperator } from '../operator/running-operator.ts';
import { TestCluster } from '../operator/test-cluster.ts';

const namespace = 'mirrors';
const name = 'registry-mirror-quay';
const [given, served] = [`${name}-tls`, `${name}-serving`];
const Certificate = { group: 'cert-manager.io', version: 'v1', kind: 'Certificate' };
const CertificateRequest = { ...Certificate, kind: 'CertificateRequest' };
// The garbage collector looks for new kinds twice a minute.
const deadline = { deadlineMs: 60_000 };
const withConditions = z.looseObject({
  status: z.looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })) }),
});

let cluster: TestCluster;
let certManager: CertManager;
let operator: RunningOperator;

beforeAll(async () => {
  // The tests say what nodes have done.
  cluster = await TestCluster.start({ controllers: ['*', '-daemonset-controller', '-node-lifecycle-controller'] });
  certManager = await startCertManager(cluster.plane, (line) => console.log(line));
  const { out } = await entrepot(['manifests', '--namespace', namespace]);
  await cluster.apply(out);
  await companyAuthority();
  const account = `system:serviceaccount:${namespace}:entrepot-operator`;
  const kubeconfig = await cluster.plane.kubeconfigFor(account, ['system:serviceaccounts', 'system:authenticated']);
  operator = new RunningOperator(kubeconfig, { NAMESPACE: namespace });
}, 900_000);

afterAll(async () => {
  await operator?.stop();
  await certManager?.stop();
  await cluster?.stop();
});

/** A CA that signed itself, and an issuer that signs with it. */
async function companyAuthority(): Promise<void> {
  const certManagerIo = (kind: string, of: string, spec: object) =>
    cluster.apply({ apiVersion: 'cert-manager.io/v1', kind, metadata: { namespace, name: of }, spec });
  await certManagerIo('Issuer', 'self-signed', { selfSigned: {} });
  await certManagerIo('Certificate', 'company-ca', {
    isCA: true,
    commonName: 'Company CA',
    secretName: 'company-ca',
    privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
    issuerRef: { name: 'self-signed' },
  });
  await certManagerIo('Issuer', 'company', { ca: { secretName: 'company-ca' } });
  await isReady('company-ca');
}

async function statusOf(certificate: string): Promise<Readonly<Record<string, string>>> {
  const live = await cluster.client.get(Certificate, { namespace, name: certificate });
  const conditions = withConditions.safeParse(live).data?.status.conditions ?? [];
  return Object.fromEntries(conditions.map(({ type, status }) => [type, status]));
}

async function isReady(certificate: string): Promise<void> {
  await poll(`Certificate ${certificate}`, async () => (await statusOf(certificate))['Ready'] === 'True', deadline);
}

/** Does what `cmctl renew` does, and waits until cert-manager has written the new pair. */
async function renew(certificate: string, secret: string): Promise<void> {
  const before = (await texts(secret))['tls.crt'];
  const asked = { type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'asked for by a test' };
  const live = await cluster.client.get(Certificate, { namespace, name: certificate });
  const conditions = withConditions.parse(live).status.conditions.filter(({ type }) => type !== 'Issuing');
  const key = { namespace, name: certificate };
  const patch = { status: { conditions: [...conditions, asked] } };
  await cluster.client.patch(Certificate, key, patch, { type: 'merge', subresource: 'status' });
  await poll(`another certificate in ${secret}`, async () => (await texts(secret))['tls.crt'] !== before, deadline);
}

async function texts(secret: string): Promise<Readonly<Record<string, string>>> {
  const live = await cluster.client.get<KubernetesObject>(Secret, { namespace, name: secret });
  const data = z.record(z.string(), z.string()).parse(live?.['data'] ?? {});
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
}

async function certificateReady(says: RegExp): Promise<void> {
  await cluster.hasCondition('quay', 'CertificateReady', says);
}

/** Does what nodes do: says that what the mirror's agents are there for now is done everywhere. */
async function nodesAnswer(isExpected: (agents: KubernetesObject) => boolean = () => true): Promise<boolean> {
  const key = { namespace, name: `${name}-utils` };
  const agents = await cluster.client.get<KubernetesObject>(DaemonSet, key);
  if (agents === undefined || !isExpected(agents)) return false;
  const numbers = { desiredNumberScheduled: 3, currentNumberScheduled: 3, numberMisscheduled: 0, numberReady: 3 };
  const status = { observedGeneration: agents.metadata.generation, updatedNumberScheduled: 3, ...numbers };
  await cluster.client.patch(DaemonSet, key, { status }, { type: 'merge', subresource: 'status' });
  return true;
}

/** The nodes have the bundle that the mirror gives them. */
async function nodesAgree(secret = served): Promise<void> {
  const hasBundle = async (): Promise<boolean> => {
    const { 'ca.crt': bundle = '' } = await texts(secret);
    const hash = createHash('sha256').update(bundle).digest('hex');
    return nodesAnswer((agents) => JSON.stringify(agents['spec']).includes(hash));
  };
  await poll('agents with the present bundle', hasBundle, deadline);
}

const issuer = { tls: { issuerRef: { name: 'company' } } };
const patchSpec = async (spec: object) =>
  cluster.client.patch(RegistryMirror, { name: 'quay' }, { spec }, { type: 'merge' });

function isSignedBy(certificate: string | undefined, authority: string | undefined): boolean {
  return new X509Certificate(certificate ?? '').verify(new X509Certificate(authority ?? '').publicKey);
}

/** The names of what cert-manager and the operator keep for the mirror. */
async function leftOvers(): Promise<readonly string[]> {
  const kinds: readonly GroupVersionKind[] = [Secret, Certificate, CertificateRequest];
  const lists = await Promise.all(
    kinds.map(async (kind) => cluster.client.list<KubernetesObject>(kind, { namespace })),
  );
  const all = lists.flatMap(({ items }) => items).map((object) => `${object.kind} ${object.metadata.name}`);
  return all.filter((found) => found.includes(name));
}

describe('a mirror with an issuer of a real cert-manager', () => {
  test('gets its certificate: the request is taken as it is, and a copy of what comes is served', async () => {
    await cluster.mirror('quay', { upstreamUrl: 'quay.io', ...issuer });
    await certificateReady(/^True Issued: Secret registry-mirror-quay-serving is valid until/);
    await isReady(name);
    const [theirs, ours] = [await texts(given), await texts(served)];
    expect(ours).toMatchObject({ 'tls.crt': theirs['tls.crt'], 'tls.key': theirs['tls.key'] });
    expect(ours['ca.crt']?.trim()).toBe((await texts('company-ca'))['tls.crt']?.trim());
    const certificate = new X509Certificate(ours['tls.crt'] ?? '');
    expect(certificate.checkHost('mirror-quay.io')).toBe('mirror-quay.io');
    expect(certificate.checkHost(`${name}.${namespace}.svc`)).toBeDefined();
    await nodesAgree();
  });

  test('changes to a renewed one at once, as its CA is trusted already', async () => {
    const before = await texts(served);
    await renew(name, given);
    await poll('the renewed one', async () => (await texts(served))['tls.crt'] !== before['tls.crt'], deadline);
    const after = await texts(served);
    const theirs = await texts(given);
    expect(after).toEqual({ ...theirs, 'ca.crt': before['ca.crt'] });
  });

  test('of a new CA is given to nodes before it is served', async () => {
    const before = await texts(served);
    await renew('company-ca', 'company-ca');
    await renew(name, given);
    await certificateReady(/^True WaitingForNodes/);
    const authority = (await texts('company-ca'))['tls.crt'];
    const between = await texts(served);
    expect(between['tls.crt']).toBe(before['tls.crt']);
    expect(between['ca.crt']).toContain(authority?.trim());
    expect(between['ca.crt']).toContain(before['ca.crt']?.trim());
    await nodesAgree();
    await certificateReady(/^True Issued/);
    const after = await texts(served);
    expect(after['tls.crt']).toBe((await texts(given))['tls.crt']);
    expect(isSignedBy(after['tls.crt'], authority)).toBe(true);
  });

  test('has it asked for again when its Certificate is deleted by hand, and serves on meanwhile', async () => {
    const before = await texts(served);
    const { metadata } = (await cluster.client.get<KubernetesObject>(Certificate, { namespace, name })) ?? {};
    await cluster.client.delete(Certificate, { namespace, name });
    await poll(
      'another Certificate',
      async () => {
        const live = await cluster.client.get<KubernetesObject>(Certificate, { namespace, name });
        expect((await texts(served))['tls.crt']).toBeDefined();
        return live !== undefined && live.metadata.uid !== metadata?.uid;
      },
      deadline,
    );
    // The Secret goes with the former one, sooner or later than that is there.
    const isAnother = async (secret: string): Promise<boolean> => {
      const { 'tls.crt': certificate = before['tls.crt'] } = await texts(secret);
      return certificate !== before['tls.crt'];
    };
    await poll('the Secret of the new one', async () => isAnother(given), deadline);
    await isReady(name);
    await poll('the new one', async () => isAnother(served), deadline);
    expect((await texts(served))['tls.crt']).toBe((await texts(given))['tls.crt']);
  });

  test('leaves nothing of cert-manager’s when our own CA takes its place', async () => {
    await patchSpec({ tls: null });
    await certificateReady(/^True WaitingForNodes/);
    await nodesAgree(given);
    await certificateReady(/^True Issued: Secret registry-mirror-quay-tls/);
    expect(new X509Certificate((await texts(given))['tls.crt'] ?? '').issuer).toBe('CN=Entrepot mirrors');
    const expected = [`Secret ${given}`, `Secret ${name}-secret`];
    await poll('all of cert-manager’s to be gone', async () => (await leftOvers()).length === 2, deadline);
    expect((await leftOvers()).toSorted()).toEqual(expected.toSorted());
  });

  test('leaves nothing when it is deleted', async () => {
    await patchSpec(issuer);
    await isReady(name);
    await nodesAgree();
    await certificateReady(/^True Issued: Secret registry-mirror-quay-serving/);
    expect(await leftOvers()).toContain(`Secret ${given}`);
    await cluster.client.delete(RegistryMirror, { name: 'quay' });
    const isGone = async (): Promise<boolean> => {
      await nodesAnswer();
      const left = await leftOvers();
      if (left.length > 0) throw new Error(left.join(', '));
      return true;
    };
    await poll('all that was made for the mirror to be gone', isGone, deadline);
  });
});

test("a mirror whose issuer does not exist says what it waits for, and cert-manager's CertificateRequest why", async () => {
  await cluster.mirror('lonely', { upstreamUrl: 'lonely.example.com', tls: { issuerRef: { name: 'nobody' } } });
  await cluster.hasCondition('lonely', 'CertificateReady', /^False Pending: cert-manager has not made Secret/);
  const reason = 'Referenced "Issuer" not found';
  const isSaid = async (): Promise<boolean> => {
    const requests = await cluster.client.list(CertificateRequest, { namespace });
    return JSON.stringify(requests.items).includes(JSON.stringify(reason).slice(1, -1));
  };
  await poll(reason, isSaid, deadline);
  expect((await statusOf('registry-mirror-lonely'))['Ready']).toBe('False');
});
