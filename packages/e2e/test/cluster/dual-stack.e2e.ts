import { beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { answeredBy, applyMirror, removeMirrors } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster } from '../support/on-cluster.ts';
import { removePods, startPod } from '../support/pods.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

describe('a mirror whose Service has an address of each family that the cluster has', () => {
  const name = 'dual-stack';
  const host = `${name}.example.test`;
  const repository = `${name}/app`;
  const service = ['-n', namespace, 'get', 'service', `registry-mirror-${name}`, '-o'];
  let cluster: Cluster;
  let upstream: FilledUpstream['upstream'];
  let push: FilledUpstream['push'];
  let nodes: readonly string[];
  let addresses: readonly string[];

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('a mirror with addresses of both families', async () => {
      ({ cluster } = await sharedCluster());
      nodes = await cluster.nodes();
      ({ upstream, push } = await startUpstream(name));
      after.defer(() => upstream.remove());
      after.defer(() => removeMirrors(cluster, name));
      after.defer(() => removePods(cluster, host));
      const spec = { upstreamUrl: upstream.host, masqueradeUrl: host, replicas: 1, upstream: { plainHTTP: true } };
      await applyMirror(cluster, name, spec);
      const patch = JSON.stringify({ spec: { ipFamilyPolicy: 'PreferDualStack' } });
      await cluster.kubectl(['-n', namespace, 'patch', 'service', `registry-mirror-${name}`, '--patch', patch]);
      addresses = (await cluster.kubectl([...service, 'jsonpath={.spec.clusterIPs[*]}'])).split(' ');
    }),
  );

  test('has a line for each of them on every node, and serves it there', async () => {
    const ranges = await cluster.kubectl(['get', 'node', nodes[0] ?? '', '-o', 'jsonpath={.spec.podCIDRs[*]}']);
    expect(addresses).toHaveLength(ranges.split(' ').length);
    const lines = addresses.map((address) => `${address}\t${host}`);
    await awaited(`every node has ${addresses.length} lines`, async () => {
      const found = await Promise.all(nodes.map((node) => cluster.onNode(node, 'cat', '/etc/hosts')));
      return found.find((hosts) => !lines.every((line) => hosts.split('\n').includes(line)));
    });
    for (const node of nodes) {
      for (const address of addresses) {
        await awaited(`${address} answers ${node}`, () => troubleWith(node, address));
      }
    }
  });

  test('starts pods on every node by the last of them alone', async () => {
    const digest = await push(`${repository}:1`);
    const { length: asked } = await upstream.requests();
    const unreachable = addresses.slice(0, -1);
    for (const node of nodes) {
      for (const address of unreachable) {
        await cluster.onNode(node, 'ip', 'route', 'add', 'unreachable', address);
        after.defer(async () => {
          await cluster.onNode(node, 'ip', 'route', 'del', 'unreachable', address);
        });
        expect(await troubleWith(node, address)).toContain('ended with 7');
      }
    }

    for (const node of nodes)
      await startPod(cluster, { name: `${name}-${node}`, node, image: `${host}/${repository}:1` });

    const manifest = `GET /v2/${repository}/manifests/${digest} 200`;
    expect((await answeredBy(cluster, name)).filter((line) => line === manifest)).toHaveLength(nodes.length);
    const blobs = (await upstream.requests()).slice(asked).filter((line) => line.includes('/blobs/'));
    // The configuration and two layers, each once.
    expect(blobs).toHaveLength(3);
    expect(new Set(blobs).size).toBe(3);
  });

  /** Why the mirror does not answer a node at an address. */
  async function troubleWith(node: string, address: string): Promise<string | undefined> {
    const there = ['--resolve', `${host}:443:${address.includes(':') ? `[${address}]` : address}`];
    const trust = ['--cacert', `/etc/docker/certs.d/${host}/ca.crt`];
    const asked = cluster.onNode(node, 'curl', '--silent', '--fail', ...there, ...trust, `https://${host}/v2/`);
    return asked.then(
      () => undefined,
      (error: unknown) => String(error),
    );
  }
});
