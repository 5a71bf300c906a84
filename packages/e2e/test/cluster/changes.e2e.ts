import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { afterwards } from '../support/afterwards.ts';
import { ContinuousPulls, pulledMore, stopPulls } from '../support/continuous-pulls.ts';
import {
  applyMirror,
  hurryKubelets,
  patchMirror,
  removeMirrors,
  resolvedBy,
  statusOf,
  storedBlobs,
  untilCondition,
  untilMirrorReady,
} from '../support/mirrors.ts';
import { awaited, keepArtefacts, prepared, sharedCluster, tell } from '../support/on-cluster.ts';
import { namesIn, trustedOn, untilForgotten } from '../support/on-nodes.ts';
import { imagesOn, removePods, startPod } from '../support/pods.ts';
import { removeObjects } from '../support/remove-objects.ts';
import { startUpstream, type FilledUpstream } from '../support/upstreams.ts';

const mirrors = ['right', 'moving', 'renamed', 'closed', 'wrong'];
/** What they are called by at one time or another. */
const hosts = [...mirrors, 'new-name', 'mended'].map((name) => `${name}.example.test`);

describe('several mirrors at once, which are changed while they serve', () => {
  let cluster: Cluster;
  let node: string;
  let otherNode: string;
  let first: FilledUpstream;
  let second: FilledUpstream;
  let pulls: readonly ContinuousPulls[] = [];

  /** A mirror of the first upstream by a name of its own. */
  const plainSpec = (host: string): object => ({
    upstreamUrl: first.upstream.host,
    masqueradeUrl: host,
    replicas: 1,
    upstream: { plainHTTP: true },
    cache: { tagTTL: '1s' },
  });
  const ofMirror = (mirror: string, kinds: string, columns: string): Promise<string> =>
    cluster.kubectl(['-n', namespace, 'get', kinds, '-l', `mirror=${mirror}`, '-o', `jsonpath=${columns}`]);
  const tellTime = (what: string, began: number): void =>
    tell(`${what} after ${((performance.now() - began) / 1000).toFixed(0)} s`);

  const after = afterwards();

  keepArtefacts();
  beforeAll(() =>
    prepared('mirrors that will change', async () => {
      ({ cluster } = await sharedCluster());
      [, node = '', otherNode = ''] = await cluster.nodes();
      [first, second] = await Promise.all([startUpstream('first'), startUpstream('second')]);
      for (const { upstream } of [first, second]) after.defer(() => upstream.remove());
      after.defer(() => removeObjects(cluster, 'secret/changes-login'));
      after.defer(() => removeMirrors(cluster, ...mirrors));
      after.defer(() => removePods(cluster, ...hosts));
      await Promise.all([
        first.push('changes/right:1', [1_000_000, 5_000_000]),
        ...['right', 'moving', 'renamed'].map((name) => applyMirror(cluster, name, plainSpec(`${name}.example.test`))),
      ]);
      const image = 'right.example.test/changes/right:1';
      pulls = await Promise.all([node, otherNode].map((one) => ContinuousPulls.start(cluster, one, image)));
      after.defer(() => stopPulls(pulls));
    }),
  );

  test.concurrent(
    'another upstream is asked, and what is cached of the former one is not given out as its own',
    async () => {
      const image = 'moving.example.test/changes/moving:1';
      const [former, wanted] = await Promise.all([first, second].map(({ push }) => push('changes/moving:1')));
      await startPod(cluster, { name: 'moving-before', pullAlways: true, node, image });
      expect(await imagesOn(cluster, node, image)).toEqual([former]);
      const cached = await storedBlobs(cluster, 'changes/moving');
      expect(cached).not.toEqual([]);

      const began = performance.now();
      await patchMirror(cluster, 'moving', { upstreamUrl: second.upstream.host });
      await awaited('the new upstream is asked', async () => {
        const said = await resolvedBy(cluster, otherNode, image);
        return said === wanted ? undefined : `the mirror says ${said}`;
      });
      tellTime('another upstream: asked', began);

      const { length: before } = await first.upstream.requests();
      const repository = 'moving.example.test/v2/changes/moving';
      for (const path of [`manifests/${former}`, ...cached.map((blob) => `blobs/${blob}`)]) {
        expect(await statusOf(cluster, otherNode, `${repository}/${path}`)).toBe('404');
      }
      await startPod(cluster, { name: 'moving-after', pullAlways: true, node: otherNode, image });
      expect(await imagesOn(cluster, otherNode, image)).toEqual([wanted]);
      const asked = (await first.upstream.requests()).slice(before);
      expect(asked.filter((line) => line.includes('changes/moving'))).toEqual([]);
    },
  );

  test.concurrent('another name: nodes forget the former one, and pods pull by the new one', async () => {
    await first.push('changes/renamed:1');
    await startPod(cluster, {
      name: 'renamed-before',
      pullAlways: true,
      node,
      image: 'renamed.example.test/changes/renamed:1',
    });

    const began = performance.now();
    await patchMirror(cluster, 'renamed', { masqueradeUrl: 'new-name.example.test' });
    await untilForgotten(cluster, 'renamed.example.test');
    tellTime('another name: the former one is forgotten', began);
    await untilMirrorReady(cluster, 'renamed');
    for (const one of await cluster.nodes()) {
      expect(await namesIn(cluster, one)).toContain('new-name.example.test');
      expect(await trustedOn(cluster, one)).toContain('new-name.example.test');
    }
    const image = 'new-name.example.test/changes/renamed:1';
    await startPod(cluster, { name: 'renamed-after', pullAlways: true, node: otherNode, image });
  });

  test.concurrent('other volumes than there are: that is said, those stay, and the mirror goes on', async () => {
    const columns = '{.items[*].metadata.uid} {.items[*].spec.resources.requests.storage}';
    const before = await ofMirror('right', 'pvc', columns);
    await patchMirror(cluster, 'right', {
      volumeClaimTemplate: { spec: { resources: { requests: { storage: '30Gi' } } } },
    });
    expect(await untilCondition(cluster, 'right', 'CacheAvailable', /StorageUnchanged/)).toContain(
      'spec.volumeClaimTemplate asks for other volumes than exist (20Gi, ReadWriteOnce); those stay as they are',
    );
    await untilMirrorReady(cluster, 'right');
    expect(await ofMirror('right', 'pvc', columns)).toBe(before);
  });

  test.concurrent(
    'credentials that are wrong, then right, then changed at the upstream and in the Secret',
    async () => {
      const repository = 'closed.example.test/v2/changes/closed';
      const closed = (password: string): Promise<FilledUpstream> =>
        startUpstream('closed', { tls: inject('upstreamCertificate'), account: { username: 'reader', password } });
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'changes-login', namespace } };
      const logIn = (password: string): Promise<void> =>
        cluster.apply({ ...secret, stringData: { username: 'reader', password } });
      const untilServed = async (tag: string): Promise<void> => {
        const began = performance.now();
        await awaited(`closed:${tag} is served`, async () => {
          await hurryKubelets(cluster, 'closed');
          const status = await statusOf(cluster, node, `${repository}/manifests/${tag}`);
          return status === '200' ? undefined : status;
        });
        tellTime('other credentials: used', began);
      };
      const untilRefused = (): Promise<void> =>
        awaited('closed:1 is refused', async () => {
          const status = await statusOf(cluster, node, `${repository}/manifests/1`);
          return status === '403' ? undefined : status;
        });

      const former = await closed('first-password');
      const digest = await former.push('changes/closed:1');
      await logIn('wrong-password');
      const spec = { upstreamUrl: former.upstream.host, upstream: {}, credentialsSecret: 'changes-login' };
      await applyMirror(cluster, 'closed', { ...plainSpec('closed.example.test'), ...spec });
      // Nodes learn of a mirror's pods a moment after these are ready.
      await untilRefused();
      await logIn('first-password');
      await untilServed('1');
      await startPod(cluster, {
        name: 'closed',
        pullAlways: true,
        node,
        image: 'closed.example.test/changes/closed:1',
      });

      await former.upstream.remove();
      const present = await closed('second-password');
      await present.push('changes/closed:2');
      // Access was taken away, which is not being down: what a tag points at is not told any more, though images stay.
      // While the upstream had another address, it was down.
      await untilRefused();
      expect(await statusOf(cluster, node, `${repository}/manifests/${digest}`)).toBe('200');
      await logIn('second-password');
      await untilServed('2');
      await present.upstream.remove();
    },
  );

  test.concurrent('one that is wrong says what to change, and leaves the right one beside it alone', async () => {
    const columns = '{.items[*].metadata.uid} {.items[*].metadata.generation}';
    const before = await ofMirror('right', 'services,statefulsets,daemonsets', columns);
    const spec = { ...plainSpec('right.example.test'), credentialsSecret: 'no-such-secret' };
    await cluster.apply({ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', metadata: { name: 'wrong' }, spec });
    expect(await untilCondition(cluster, 'wrong', 'Ready', /^False Conflict/)).toContain(
      'spec.masqueradeUrl: right.example.test belongs to the older RegistryMirror right',
    );
    await patchMirror(cluster, 'wrong', { masqueradeUrl: 'mended.example.test' });
    expect(await untilCondition(cluster, 'wrong', 'Ready', /^False Credentials/)).toContain(
      `Secret ${namespace}/no-such-secret of spec.credentialsSecret does not exist`,
    );
    await patchMirror(cluster, 'wrong', { credentialsSecret: null });
    await untilMirrorReady(cluster, 'wrong');
    expect(await ofMirror('right', 'services,statefulsets,daemonsets', columns)).toBe(before);
  });

  test('through all of that, no pull through the one that is right failed', async () => {
    await pulledMore(pulls, 1);
    const all = (await Promise.all(pulls.map((one) => one.pulls()))).flat();
    tell(`${all.length} pulls through the mirror that is right`);
    expect(all.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  test('mirrors that go leave nothing but their claims', async () => {
    await stopPulls(pulls);
    const began = performance.now();
    await cluster.kubectl(['delete', 'registrymirrors', ...mirrors]);
    tellTime(`${mirrors.length} mirrors: gone`, began);
    await untilForgotten(cluster, ...hosts);
    await awaited('objects of the mirrors are gone', async () => {
      const kinds = 'services,statefulsets,daemonsets,secrets,pods,controllerrevisions';
      const labels = ['-l', `app=docker-registry,mirror in (${mirrors.join()})`];
      return (await cluster.kubectl(['-n', namespace, 'get', kinds, ...labels, '-o', 'name'])) || undefined;
    });
    const claims = await Promise.all(mirrors.map((mirror) => ofMirror(mirror, 'pvc', '{.items[*].metadata.name}')));
    expect(claims).toEqual(mirrors.map((mirror) => `image-store-registry-mirror-${mirror}-0`));
    for (const one of await cluster.nodes()) {
      // Fails where somebody holds it.
      await cluster.onNode(one, 'flock', '--nonblock', '/var/lock/mirror-hostess/mirror-hostess', 'true');
    }
  });
});
