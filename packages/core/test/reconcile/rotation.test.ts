import { X509Certificate } from 'node:crypto';
import { eventually } from '@entrepot/control-plane';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { certificatesIn } from '../../src/certificates/anchors.ts';
import { RegistryMirror, Secret, StatefulSet } from '../../src/index.ts';
import { certificateCRD } from '../support/certificate-crd.ts';
import { Cluster } from '../support/operator.ts';
import {
  certificateReady as certificateIs,
  giveSecret,
  nodesAgree as allNodesAgree,
  secretTexts,
  selfMade,
  serving,
} from '../support/serving-certificates.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const texts = async (name?: string) => secretTexts(cluster, name);
const nodesAgree = async (secret?: string): Promise<void> => allNodesAgree(cluster, secret);
const certificateReady = async (says: RegExp): Promise<void> => certificateIs(cluster, says);
const give = async (name: string, data: object): Promise<void> => giveSecret(cluster, name, data);

async function change(name: string, stringData: object): Promise<void> {
  await cluster.client.patch(Secret, { namespace: cluster.namespace, name }, { stringData }, { type: 'merge' });
}

const patchSpec = async (spec: object) =>
  cluster.client.patch(RegistryMirror, { name: 'quay' }, { spec }, { type: 'merge' });

async function settledMirror(spec: object = {}): Promise<Readonly<Record<string, string>>> {
  await cluster.mirror('quay', { upstreamUrl: 'quay.io', ...spec });
  await certificateReady(/^True (Issued|Provided)/);
  await nodesAgree();
  return texts();
}

describe('a new CA', () => {
  test('is given to all nodes before anything signed by it is served; the old one stays for the time being', async () => {
    await cluster.operator();
    const before = await settledMirror();
    await cluster.client.delete(Secret, { namespace: cluster.namespace, name: 'entrepot-ca' });
    await certificateReady(/^True WaitingForNodes: Secret registry-mirror-quay-tls is valid until 20/);
    const between = await texts();
    expect(between['tls.crt']).toBe(before['tls.crt']);
    expect(certificatesIn(between['ca.crt'] ?? '')).toHaveLength(2);
    expect(between['ca.crt']).toContain(before['ca.crt']);

    await nodesAgree();
    await certificateReady(/^True Issued: /);
    const after = await texts();
    expect(after['ca.crt']).toBe(between['ca.crt']);
    expect(after['tls.crt']).not.toBe(before['tls.crt']);
    const { 'tls.crt': authority = '' } = await texts('entrepot-ca');
    expect(new X509Certificate(after['tls.crt'] ?? '').verify(new X509Certificate(authority).publicKey)).toBe(true);
  });

  test('is waited for across a restart of the operator, which changes nothing', async () => {
    const first = await cluster.operator();
    await settledMirror();
    await cluster.client.delete(Secret, { namespace: cluster.namespace, name: 'entrepot-ca' });
    await certificateReady(/^True WaitingForNodes/);
    const between = await texts();
    await first.stop();
    const second = await cluster.operator();
    await certificateReady(/^True WaitingForNodes/);
    expect(await texts()).toEqual(between);
    expect(second.writes.filter((write) => write.includes('/secrets/'))).toEqual([]);
    await nodesAgree();
    await certificateReady(/^True Issued/);
  });
});

describe("a user's Secret", () => {
  test('is copied for a new mirror at once, and changes of it when all nodes trust the new certificate', async () => {
    const one = await selfMade();
    await give('given', one);
    await cluster.operator(undefined, { certificateSecret: 'given' });
    const before = await settledMirror();
    expect(before).toMatchObject(one);
    const two = await selfMade();
    await change('given', two);
    await certificateReady(/^True WaitingForNodes/);
    expect(await texts()).toMatchObject(one);
    await nodesAgree();
    await certificateReady(/^True Provided: Secret given is valid until/);
    expect(await texts()).toMatchObject(two);
  });

  test('that goes, or can no longer be served, is named; what was served before is kept', async () => {
    await give('given', await selfMade());
    await cluster.operator();
    const before = await settledMirror({ tls: { secretName: 'given' } });
    await change('given', { 'tls.crt': `${before['tls.crt']}-----BEGIN CERTIFICATE-----\nnonsense` });
    await certificateReady(
      /^True CertificateUnusable: Secret test-\w+\/given of spec.tls.secretName: tls.crt holds a certificate that cannot be read \(block 3\); what was/,
    );
    expect(await texts()).toEqual(before);
    await change('given', { 'tls.crt': 'nonsense' });
    await certificateReady(
      /^True CertificateMissing: Secret test-\w+\/given of spec.tls.secretName: tls.crt holds no certificate; what was served/,
    );
    await cluster.client.delete(Secret, { namespace: cluster.namespace, name: 'given' });
    await certificateReady(
      /^True CertificateMissing: Secret test-\w+\/given of spec.tls.secretName does not exist; what was served before/,
    );
    expect(await texts()).toEqual(before);
  });

  test('in place of our own CA, and back, is changed to in the same way', async () => {
    await cluster.operator();
    const before = await settledMirror();
    const theirs = await selfMade();
    await give('given', theirs);
    await patchSpec({ tls: { secretName: 'given' } });
    await certificateReady(/^True WaitingForNodes/);
    expect((await texts())['tls.crt']).toBe(before['tls.crt']);
    await nodesAgree();
    await certificateReady(/^True Provided/);
    expect(await texts()).toMatchObject(theirs);
    await patchSpec({ tls: null });
    await certificateReady(/^True (WaitingForNodes|Issued)/);
    await nodesAgree();
    await certificateReady(/^True Issued/);
    expect(new X509Certificate((await texts())['tls.crt'] ?? '').issuer).toBe('CN=Entrepot mirrors');
  });
});

describe('where no node trusts a mirror', () => {
  test('nobody is waited for', async () => {
    await cluster.operator();
    await cluster.mirror('quay', { upstreamUrl: 'quay.io', addressing: [] });
    await certificateReady(/^True Issued/);
    const theirs = await selfMade('whatever.example.org');
    await give('given', theirs);
    await patchSpec({ tls: { secretName: 'given' } });
    await certificateReady(/^True Provided/);
    expect(await texts()).toMatchObject(theirs);
  });
});

describe('with an issuer', () => {
  test('and no cert-manager, that is said, and what was served is kept', async () => {
    await cluster.operator();
    const before = await settledMirror();
    await patchSpec({ tls: { issuerRef: { name: 'ours' } } });
    await eventually(async () =>
      expect((await texts('registry-mirror-quay-serving'))['tls.crt']).toBe(before['tls.crt']),
    );
    await certificateReady(/^True CertManagerMissing: the API server does not know Certificates: install cert-manager/);
    const server = await cluster.client.get(StatefulSet, {
      namespace: cluster.namespace,
      name: 'registry-mirror-quay',
    });
    expect(JSON.stringify(server)).toContain('"secretName":"registry-mirror-quay-serving"');
    await patchSpec({ tls: null });
    await eventually(async () => expect((await texts())['tls.crt']).toBe(before['tls.crt']));
  });
});

/** Another system is played by the test here: the kind as cert-manager has it, and the Secrets that it writes. */
describe('with cert-manager', () => {
  const Certificate = { group: 'cert-manager.io', version: 'v1', kind: 'Certificate' };
  const name = 'registry-mirror-quay';
  beforeAll(async () => {
    const one = await Cluster.connect();
    await one.client.create(certificateCRD, {});
    await eventually(async () => {
      await one.client.list(Certificate);
    });
    await one.leave();
  });

  /** What cert-manager writes for a Certificate of the mirror. */
  async function issue(stringData: object): Promise<void> {
    const metadata = {
      namespace: cluster.namespace,
      name: serving,
      labels: { app: 'docker-registry', mirror: 'quay' },
      annotations: { 'cert-manager.io/certificate-name': name },
    };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', stringData };
    await cluster.client.apply(secret, { fieldManager: 'cert-manager-certificates-issuing', force: true });
  }

  test('its certificate is asked for, copied when it is there, and changed to as any other', async () => {
    await cluster.operator();
    await cluster.mirror('quay', {
      upstreamUrl: 'quay.io',
      tls: { issuerRef: { name: 'ours', kind: 'ClusterIssuer' } },
    });
    await certificateReady(/^False Pending: cert-manager has not made Secret registry-mirror-quay-tls yet/);
    const request = await cluster.client.get(Certificate, { namespace: cluster.namespace, name });
    expect(request).toMatchObject({
      metadata: { ownerReferences: [{ kind: 'RegistryMirror', name: 'quay' }] },
      spec: { issuerRef: { name: 'ours', kind: 'ClusterIssuer', group: 'cert-manager.io' }, secretName: serving },
    });
    const one = await selfMade();
    await issue(one);
    await certificateReady(/^True Issued: Secret registry-mirror-quay-serving is valid until/);
    expect(await texts(`${name}-serving`)).toMatchObject(one);
    await nodesAgree(`${name}-serving`);
    const two = await selfMade();
    await issue(two);
    await certificateReady(/^True WaitingForNodes/);
    expect(await texts(`${name}-serving`)).toMatchObject(one);
    await nodesAgree(`${name}-serving`);
    await certificateReady(/^True Issued/);
    expect(await texts(`${name}-serving`)).toMatchObject(two);
  });

  test('what mirror-operator left is served until nodes trust our own CA; its request is taken back, its Secret becomes ours', async () => {
    const theirs = await selfMade();
    await issue(theirs);
    const { uid = '' } = (await cluster.mirror('quay', { upstreamUrl: 'quay.io' })).metadata;
    const owner = { apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid };
    await cluster.client.create(
      {
        apiVersion: 'cert-manager.io/v1',
        kind: 'Certificate',
        metadata: { namespace: cluster.namespace, name, ownerReferences: [owner] },
        spec: { secretName: serving },
      },
      {},
    );
    await cluster.operator();
    await certificateReady(/^True WaitingForNodes/);
    expect(await texts()).toMatchObject(theirs);
    expect(await cluster.client.get(Certificate, { namespace: cluster.namespace, name })).toBeUndefined();
    const secret = await cluster.client.get(Secret, { namespace: cluster.namespace, name: serving });
    expect(secret?.metadata.ownerReferences).toMatchObject([{ uid }]);
    await nodesAgree();
    await certificateReady(/^True Issued/);
    expect(new X509Certificate((await texts())['tls.crt'] ?? '').issuer).toBe('CN=Entrepot mirrors');
  });

  test('an issuer in place of our own CA, and back, is changed to in the same way', async () => {
    await cluster.operator();
    const before = await settledMirror();
    await patchSpec({ tls: { issuerRef: { name: 'ours' } } });
    await eventually(async () => {
      expect((await texts(`${name}-serving`))['tls.crt']).toBe(before['tls.crt']);
      expect(await texts()).toEqual({});
      expect(await cluster.client.get(Certificate, { namespace: cluster.namespace, name })).toBeDefined();
    });
    const theirs = await selfMade();
    await issue(theirs);
    await certificateReady(/^True WaitingForNodes/);
    await nodesAgree(`${name}-serving`);
    await certificateReady(/^True Issued: Secret registry-mirror-quay-serving/);
    expect(await texts(`${name}-serving`)).toMatchObject(theirs);
    await patchSpec({ tls: null });
    // Nodes trust our own CA still: it was changed from just now.
    await certificateReady(/^True Issued: Secret registry-mirror-quay-tls/);
    expect(new X509Certificate((await texts())['tls.crt'] ?? '').issuer).toBe('CN=Entrepot mirrors');
    await eventually(async () => {
      expect(await cluster.client.get(Certificate, { namespace: cluster.namespace, name })).toBeUndefined();
      expect(await texts(`${name}-serving`)).toEqual({});
    });
  });
});
