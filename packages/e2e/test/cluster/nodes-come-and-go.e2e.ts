import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { answeredBy, applyMirror, removeMirrors, untilMirrorReady } from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { createPod, failedPulls, imagesOn, removePods, startPod, untilRunning } from '../support/pods.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

const prepareNode = new URL('../../../../docs/examples/prepare-node.sh', import.meta.url);

describe('nodes that come and go', () => {
  const host = 'nodes.example.test';
  const image = `${host}/nodes/app:1`;
  const lostHost = 'lost.example.test';
  const lostImage = `${lostHost}/nodes/app:1`;
  const { 'node-agent': agent, 'mirror-fetcher': fetcher, nginx } = inject('images');
  const images = [agent, fetcher, nginx];
  let cluster: Cluster;
  let upstream: FilledUpstream['upstream'];
  let digest: string;
  let workers: readonly string[];
  let newcomer: string;

  const mirrorOf = (masqueradeUrl: string): object => ({
    upstreamUrl: upstream.host,
    masqueradeUrl,
    replicas: 1,
    upstream: { plainHTTP: true },
  });
  const hostsLines = async (): Promise<readonly string[]> => {
    const hosts = await cluster.onNode(newcomer, 'cat', '/etc/hosts');
    return hosts.split('\n').filter((line) => line.endsWith(`\t${host}`));
  };

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('a mirror that has an image', async () => {
      ({ cluster } = await sharedCluster());
      workers = (await cluster.nodes()).slice(1);
      newcomer = `${cluster.address.name}-newcomer`;
      const filled = await startUpstream('nodes');
      ({ upstream } = filled);
      after.defer(() => upstream.remove());
      after.defer(() => removeMirrors(cluster, 'nodes', 'lost'));
      after.defer(async () => {
        await cluster.removeNode(newcomer);
        await cluster.kubectl(['delete', 'pv', '-l', `node=${newcomer}`, '--wait=false']);
      });
      after.defer(() => removePods(cluster, host, lostHost));
      digest = await filled.push('nodes/app:1');
      await applyMirror(cluster, 'nodes', mirrorOf(host));
      await startPod(cluster, { name: 'nodes-before', node: workers[0] ?? '', image, pullAlways: true });
    }),
  );

  test('a pod that waits for a new node pulls through the mirror as soon as the node can', async () => {
    const pod = { name: 'nodes-first', node: newcomer, image };
    const { length: answered } = await answeredBy(cluster, 'nodes');
    const { length: asked } = await upstream.requests();
    await createPod(cluster, pod);
    await cluster.addNode(newcomer, workers[0] ?? '', images);
    const joined = performance.now();
    await awaited('the new node has the line', async () => ((await hostsLines()).length === 1 ? undefined : 'no line'));
    tell(`a new node: ${seconds(joined)} from joining to the hosts line`);
    await untilRunning(cluster, pod);
    tell(`a new node: ${seconds(joined)} from joining to a pod with a mirrored image`);

    // Until the line is there nobody is asked: a pull fails, and the kubelet tries again.
    for (const failure of await failedPulls(cluster, pod.name)) expect(failure).toContain('no such host');
    expect(await imagesOn(cluster, newcomer, image)).toEqual([digest]);
    const manifest = `GET /v2/nodes/app/manifests/${digest} 200`;
    expect((await answeredBy(cluster, 'nodes')).slice(answered)).toContain(manifest);
    expect((await upstream.requests()).slice(asked).filter((line) => line.includes('/blobs/'))).toEqual([]);
  });

  test('a mirror whose volume is lost with its node says what to do, and then fills a new one', async () => {
    const claim = 'image-store-registry-mirror-lost-0';
    await cluster.apply(claimOf(claim, `${newcomer}-0`));
    await applyMirror(cluster, 'lost', mirrorOf(lostHost));
    await startPod(cluster, { name: 'nodes-lost', node: workers[0] ?? '', image: lostImage, pullAlways: true });
    const { length: asked } = await upstream.requests();

    await cluster.removeNode(newcomer);
    const removed = performance.now();
    const ready = '{.status.conditions[?(@.type=="Ready")]';
    const condition = `jsonpath=${ready}.reason}: ${ready}.message}`;
    let remedy: string | undefined;
    await awaited('the mirror says that its volume is out of reach', async () => {
      const said = await cluster.kubectl(['get', 'registrymirror', 'lost', '-o', condition]);
      remedy = /^VolumeUnreachable: .* kubectl (.*); a new volume is then filled from the upstream$/.exec(said)?.[1];
      return remedy === undefined ? said : undefined;
    });
    expect(remedy).toBe(`-n ${namespace} delete pvc/${claim} pod/registry-mirror-lost-0`);
    tell(`a volume lost with its node: the mirror says so after ${seconds(removed)}`);

    const deleted = performance.now();
    await cluster.kubectl((remedy ?? '').split(' '));
    await untilMirrorReady(cluster, 'lost');
    await startPod(cluster, { name: 'nodes-refilled', node: workers[1] ?? '', image: lostImage, pullAlways: true });
    tell(`a volume lost with its node: ${seconds(deleted)} from deleting the claim to the next pull`);
    const blobs = (await upstream.requests()).slice(asked).filter((line) => line.includes('/blobs/'));
    // The configuration and two layers, once more.
    expect(new Set(blobs).size).toBe(3);
  });

  test('a node in place of another, while nothing can be had from outside, needs our images and no more', async () => {
    await upstream.stop();
    await cluster.addNode(newcomer, workers[1] ?? '');
    const pod = { name: 'nodes-replaced', node: newcomer, image };
    await createPod(cluster, pod);
    // Without its image no agent can start there; without an agent the mirror's name leads nowhere.
    await awaited('the agent has no image', async () => {
      const said = await agentOn(newcomer);
      return /ErrImagePull|ImagePullBackOff/.test(said) ? undefined : said;
    });
    await awaited('a pull failed', async () => {
      const [failure] = await failedPulls(cluster, pod.name);
      return failure?.includes('no such host') === true ? undefined : (failure ?? 'none yet');
    });
    expect(await hostsLines()).toEqual([]);

    // What a user's set-up of nodes does; the images come by `kind load` here.
    const address = await cluster.kubectl(['get', 'registrymirror', 'nodes', '-o', 'jsonpath={.status.address}']);
    const ca = await cluster.onNode(workers[0] ?? '', 'cat', `/etc/docker/certs.d/${host}/ca.crt`);
    await cluster.onNode(newcomer, 'sh', '-c', 'echo "$1" >/tmp/ca.crt', '-', ca.trimEnd());
    const script = await readFile(prepareNode, 'utf8');
    const prepare = (): Promise<string> =>
      cluster.onNode(newcomer, 'sh', '-c', script, 'prepare-node.sh', host, address, '/tmp/ca.crt');
    await prepare();
    expect(await hostsLines()).toEqual([`${address}\t${host}`]);
    // From now on pulls work, though the agent cannot start yet.
    await untilRunning(cluster, pod);
    expect(await imagesOn(cluster, newcomer, image)).toEqual([digest]);
    expect(await agentOn(newcomer)).toMatch(/ErrImagePull|ImagePullBackOff/);

    await cluster.load(images, [newcomer]);
    await prepare();
    // By itself the kubelet tries again within five minutes.
    await cluster.kubectl(['delete', ...agentsOn(newcomer)]);
    await awaited('the agent is ready', async () => {
      const said = await agentOn(newcomer);
      return /^(true ?)+$/.test(said) ? undefined : said;
    });
    expect(await hostsLines()).toEqual([`${address}\t${host}`]);
    const listed = await cluster.onNode(
      newcomer,
      'ctr',
      '-n',
      'k8s.io',
      'images',
      'list',
      '--quiet',
      'labels."io.cri-containerd.pinned"==pinned',
    );
    expect(listed.split('\n')).toEqual(expect.arrayContaining([agent, fetcher]));
  });

  /** Whether the containers of the mirror's agent on a node are ready, or what they wait for. */
  async function agentOn(node: string): Promise<string> {
    const containers = '{range .items[*].status.containerStatuses[*]}{.state.waiting.reason}{.ready} {end}';
    return cluster.kubectl(['get', ...agentsOn(node), '-o', `jsonpath=${containers}`]);
  }
});

/** The agent of the mirror on a node, for kubectl. */
function agentsOn(node: string): readonly string[] {
  const labels = ['-l', 'mirror=nodes,component=hostess-certificate'];
  return ['-n', namespace, 'pods', ...labels, '--field-selector', `spec.nodeName=${node}`];
}

/** A claim that gets a certain volume, before the StatefulSet asks for one of that name. */
function claimOf(name: string, volumeName: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace, labels: { mirror: 'lost' } },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '20Gi' } },
      storageClassName: 'standard',
      volumeName,
    },
  };
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
