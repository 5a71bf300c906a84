import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Cluster } from '../support/operator.ts';
import { certificateReady, giveSecret, nodesAgree, secretTexts, selfMade } from '../support/serving-certificates.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

describe("the certificate that mirror-operator's pods served, of all mirrors,", () => {
  /** What mirror-operator left of the mirror `quay`, as far as it says which Secret is served and who trusts it. */
  async function left(uid: string): Promise<void> {
    const labels = { app: 'docker-registry', mirror: 'quay' };
    const ownerReferences = [{ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid }];
    const secret = { name: 'tls', secret: { secretName: 'docker-certificate' } };
    const workload = async (kind: string, name: string, container: string, volumes: readonly object[]) => {
      const containers = [{ name: container, image: 'theirs' }];
      await cluster.client.create({
        apiVersion: 'apps/v1',
        kind,
        metadata: { namespace: cluster.namespace, name, labels, ownerReferences },
        spec: {
          ...(kind === 'StatefulSet' && { serviceName: 'registry-mirror-quay-headless' }),
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers, volumes } },
        },
      });
    };
    await workload('StatefulSet', 'registry-mirror-quay', 'registry', [secret]);
    const folder = { name: 'docker-certs', hostPath: { path: '/etc/docker/certs.d/mirror-quay.io' } };
    await workload('DaemonSet', 'registry-mirror-quay-utils', 'certificate-installation', [secret, folder]);
  }

  test('is served on from a copy where it is configured still', async () => {
    const theirs = await selfMade();
    await giveSecret(cluster, 'docker-certificate', theirs);
    const { uid = '' } = (await cluster.mirror('quay', { upstreamUrl: 'quay.io' })).metadata;
    await left(uid);
    await cluster.operator(undefined, { certificateSecret: 'docker-certificate' });
    await certificateReady(cluster, /^True Provided: Secret docker-certificate is valid until/);
    expect(await secretTexts(cluster)).toMatchObject(theirs);
  });

  test('is served on until nodes trust our own CA where it is not', async () => {
    const theirs = await selfMade();
    await giveSecret(cluster, 'docker-certificate', theirs);
    const { uid = '' } = (await cluster.mirror('quay', { upstreamUrl: 'quay.io' })).metadata;
    await left(uid);
    await cluster.operator();
    await certificateReady(cluster, /^True WaitingForNodes/);
    expect(await secretTexts(cluster)).toMatchObject(theirs);
    await nodesAgree(cluster);
    await certificateReady(cluster, /^True Issued/);
    expect(new X509Certificate((await secretTexts(cluster))['tls.crt'] ?? '').issuer).toBe('CN=Entrepot mirrors');
  });
});
