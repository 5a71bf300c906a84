import { eventually } from '@entrepot/control-plane';
import { systemClock } from '@entrepot/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PersistentVolumeClaim, StorageClass } from '../../src/api/group.ts';
import { RegistryMirror, Secret, StatefulSet } from '../../src/index.ts';
import { atRest } from '../support/at-rest.ts';
import { LimitedAccount } from '../support/limited-account.ts';
import { like } from '../support/matching.ts';
import { Cluster, type Operator } from '../support/operator.ts';
import { Volumes } from '../support/volumes.ts';

const server = 'registry-mirror-quay';
const ResourceQuota = { group: '', version: 'v1', kind: 'ResourceQuota' };

let cluster: Cluster;
let volumes: Volumes;
beforeEach(async () => {
  cluster = await Cluster.connect();
  volumes = await Volumes.start(cluster);
});
afterEach(async () => {
  await cluster.leave();
  await volumes.leave();
});

const volume = (storage: string, storageClassName?: string) => ({
  volumeClaimTemplate: {
    spec: { resources: { requests: { storage } }, ...(storageClassName !== undefined && { storageClassName }) },
  },
});

/** A mirror whose two replicas are ready, each with its volume. */
async function mirrorWith(storage: string, storageClass?: string): Promise<void> {
  await cluster.mirror('quay', { upstreamUrl: 'quay.io', ...volume(storage, storageClass) });
  await eventually(async () => expect(await cluster.names(StatefulSet)).toEqual([server]));
  await volumes.claims('quay', 0, 1);
  await cluster.setReady(StatefulSet, server, { replicas: 2, readyReplicas: 2 });
  await says('True ReplicasReady: 2 of 2 replicas are ready');
}

async function ask(spec: object): Promise<void> {
  await cluster.client.patch(RegistryMirror, { name: 'quay' }, { spec }, { type: 'merge' });
}

async function says(expected: unknown): Promise<void> {
  await eventually(async () => expect((await cluster.conditions('quay'))['CacheAvailable']).toEqual(expected));
}

async function requested(...replicas: readonly number[]): Promise<readonly string[]> {
  return Promise.all(replicas.map((replica) => volumes.requested('quay', replica)));
}

/** The StatefulSet: which one it is, and what it makes claims by. */
async function live(): Promise<{ readonly uid: string | undefined; readonly spec: string }> {
  const found = await cluster.client.get(StatefulSet, { namespace: cluster.namespace, name: server });
  return { uid: found?.metadata.uid, spec: JSON.stringify(found?.['spec']) };
}

/** What the cache is told of its size, among other things. */
async function cacheConfig(): Promise<string> {
  const key = { namespace: cluster.namespace, name: `${server}-secret` };
  const secret = await cluster.client.get(Secret, key);
  return z.object({ data: z.object({ 'fetcher.json': z.string() }) }).parse(secret).data['fetcher.json'];
}

const claimsWritten = ({ writes }: Operator) => writes.filter((write) => write.includes('persistentvolumeclaims'));
const grown = (storage: string) => ({ capacity: { storage }, conditions: [] });
const claim = (replica: number) => `claim image-store-${server}-${replica}`;
const notice = (size: string) => `spec.volumeClaimTemplate asks for other volumes than exist (${size})`;
const stay = (size: string) =>
  `True StorageUnchanged: 2 of 2 replicas are ready; ${notice(size)}; those stay as they are`;

describe('larger volumes of a class that lets them grow', () => {
  test('claims grow, what becomes of them is told, the cache follows, and the StatefulSet is not made anew', async () => {
    const operator = await cluster.operator();
    await mirrorWith('20Gi', volumes.growing);
    const [before, cache] = [await live(), await cacheConfig()];
    await ask(volume('50Gi', volumes.growing));
    await eventually(async () => expect(await requested(0, 1)).toEqual(['50Gi', '50Gi']));
    const toGrow = 'volumes are to grow to 50Gi: ';
    const growing = `True StorageGrowing: 2 of 2 replicas are ready; ${toGrow}`;
    await says(`${growing}${claim(0)} has 20Gi, ${claim(1)} has 20Gi`);

    const pending = { type: 'FileSystemResizePending', status: 'True', message: 'waiting for the node' };
    await volumes.say('quay', 0, { conditions: [pending] });
    await says(
      `${growing}${claim(0)} has a larger volume, and its node enlarges the file system (if that does not come: kubectl -n ${cluster.namespace} delete pod/${server}-0), ${claim(1)} has 20Gi`,
    );
    expect([await live(), await cacheConfig()]).toEqual([before, cache]);
    await volumes.say('quay', 0, grown('50Gi'));
    await says(`${growing}${claim(1)} has 20Gi`);
    await eventually(async () => expect(await cacheConfig()).not.toBe(cache));

    const trouble = { type: 'ControllerResizeError', status: 'True', message: 'the disk cannot be larger' };
    await volumes.say('quay', 1, { conditions: [trouble] });
    await says(
      `True StorageNotGrown: 2 of 2 replicas are ready; ${toGrow}${claim(1)} has 20Gi: the disk cannot be larger`,
    );
    await volumes.say('quay', 1, grown('50Gi'));
    await says('True ReplicasReady: 2 of 2 replicas are ready');
    expect(claimsWritten(operator)).toHaveLength(2);
    expect((await live()).uid).toBe(before.uid);

    await ask(volume('30Gi', volumes.growing));
    await says(`${stay(`50Gi, ReadWriteOnce, storage class ${volumes.growing}`)}: none can shrink`);
    expect(claimsWritten(operator)).toHaveLength(2);
  });

  test('the claim of a replica that comes later has the former size, and grows at once', async () => {
    await cluster.operator();
    await mirrorWith('20Gi', volumes.growing);
    await ask(volume('50Gi', volumes.growing));
    await eventually(async () => expect(await requested(0, 1)).toEqual(['50Gi', '50Gi']));
    for (const replica of [0, 1]) await volumes.say('quay', replica, grown('50Gi'));
    await says('True ReplicasReady: 2 of 2 replicas are ready');
    await ask({ replicas: 3 });
    await eventually(async () => expect((await live()).spec).toContain('"replicas":3'));
    const cache = await cacheConfig();
    await volumes.claims('quay', 2);
    await eventually(async () => expect(await requested(2)).toEqual(['50Gi']));
    expect(await cacheConfig()).toBe(cache);
  });

  test('an operator that comes later finds what is left to do, and nothing twice', async () => {
    const first = await cluster.operator();
    await mirrorWith('20Gi', volumes.growing);
    await first.stop();
    await ask(volume('50Gi', volumes.growing));
    const second = await cluster.operator();
    await eventually(async () => expect(await requested(0, 1)).toEqual(['50Gi', '50Gi']));
    await says(like(/StorageGrowing/));
    await second.stop();
    const third = await cluster.operator();
    await atRest(third);
    expect(third.writes).toEqual([]);
  });

  test('a claim that somebody made larger is left so', async () => {
    const operator = await cluster.operator();
    await mirrorWith('20Gi', volumes.growing);
    await volumes.say('quay', 0, grown('80Gi'));
    await cluster.client.patch(
      PersistentVolumeClaim,
      { namespace: cluster.namespace, name: `image-store-${server}-0` },
      { spec: { resources: { requests: { storage: '80Gi' } } } },
      { type: 'merge' },
    );
    await says(`${stay(`80Gi, ReadWriteOnce, storage class ${volumes.growing}`)}: none can shrink`);
    await ask(volume('50Gi', volumes.growing));
    await eventually(async () => expect(await requested(0, 1)).toEqual(['80Gi', '50Gi']));
    await volumes.say('quay', 1, grown('50Gi'));
    await says(`${stay(`80Gi, ReadWriteOnce, storage class ${volumes.growing}`)}: none can shrink`);
    expect(claimsWritten(operator)).toHaveLength(1);
  });

  test('a quota that forbids it is told in its words, and asked again', async () => {
    const { namespace, client } = cluster;
    const soon = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms === 60_000 ? 500 : ms, signal),
    };
    await cluster.operator(undefined, {}, { clock: soon });
    await mirrorWith('20Gi', volumes.growing);
    const metadata = { namespace, name: 'storage' };
    const hard = { 'requests.storage': '75Gi' };
    await client.create({ apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } });
    await eventually(async () =>
      expect(await client.get(ResourceQuota, metadata)).toMatchObject({
        status: { used: { 'requests.storage': '40Gi' } },
      }),
    );
    await ask(volume('50Gi', volumes.growing));
    await says(
      like(
        /^True StorageNotGrown: .*volumes are to grow to 50Gi: .*"image-store-registry-mirror-quay-1" is forbidden: exceeded quota: storage, /,
      ),
    );
    expect(await requested(0, 1)).toEqual(['50Gi', '20Gi']);
    await client.patch(ResourceQuota, metadata, { spec: { hard: { 'requests.storage': '1Ti' } } }, { type: 'merge' });
    await eventually(async () => expect(await requested(0, 1)).toEqual(['50Gi', '50Gi']));
    await says(like(/^True StorageGrowing: /));
  });

  test('of a mirror that was taken over with its claims grow like others', async () => {
    const first = await cluster.operator();
    await first.stop();
    const { metadata } = await cluster.mirror('quay', { upstreamUrl: 'quay.io' });
    const selector = { app: 'docker-registry', mirror: 'quay' };
    const once = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } };
    const owner = { apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid: metadata.uid ?? '' };
    await cluster.client.create(
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { namespace: cluster.namespace, name: server, labels: selector, ownerReferences: [owner] },
        spec: {
          replicas: 2,
          serviceName: `${server}-headless`,
          selector: { matchLabels: selector },
          template: {
            metadata: { labels: { ...selector, component: 'registry' } },
            spec: { containers: [{ name: 'registry', image: 'nginx:1.22.1-alpine' }] },
          },
          volumeClaimTemplates: [{ metadata: { name: 'image-store' }, spec: once }],
        },
      },
      { fieldManager: 'OpenAPI-Generator' },
    );
    const { uid } = await live();
    // Where claims name no class, the cluster's default one is filled in.
    for (const replica of [0, 1]) await volumes.claim('quay', replica, { ...once, storageClassName: volumes.growing });
    await cluster.operator();
    await cluster.setReady(StatefulSet, server, { replicas: 2, readyReplicas: 2 });
    await says('True ReplicasReady: 2 of 2 replicas are ready');
    await ask(volume('50Gi'));
    await eventually(async () => expect(await requested(0, 1)).toEqual(['50Gi', '50Gi']));
    for (const replica of [0, 1]) await volumes.say('quay', replica, grown('50Gi'));
    await says('True ReplicasReady: 2 of 2 replicas are ready');
    const after = await live();
    expect(after.uid).toBe(uid);
    expect(after.spec).toContain('"storage":"20Gi"');
  });
});

describe('volumes stay as they are, which is told, where', () => {
  test('their class does not let them grow; they do as soon as it does', async () => {
    const operator = await cluster.operator();
    await mirrorWith('20Gi', volumes.fixed);
    await ask(volume('50Gi', volumes.fixed));
    await says(
      `${stay(`20Gi, ReadWriteOnce, storage class ${volumes.fixed}`)}: StorageClass ${volumes.fixed} has no allowVolumeExpansion`,
    );
    expect(claimsWritten(operator)).toEqual([]);
    await cluster.client.patch(
      StorageClass,
      { name: volumes.fixed },
      { allowVolumeExpansion: true },
      { type: 'merge' },
    );
    await eventually(async () => expect(await requested(0, 1)).toEqual(['50Gi', '50Gi']));
  });

  test('they have no class', async () => {
    const operator = await cluster.operator();
    await mirrorWith('20Gi');
    await ask(volume('50Gi'));
    await says(
      `${stay('20Gi, ReadWriteOnce')}: ${claim(0)} has no StorageClass, which would have to allow that it grows`,
    );
    expect(claimsWritten(operator)).toEqual([]);
  });

  test('the operator has the rights of before it could let them grow', async () => {
    const account = new LimitedAccount(cluster);
    const everything = { resources: ['*'], verbs: ['*'] };
    const groups = ['apps', 'k8s.osp.tech', 'events.k8s.io', 'policy', 'networking.k8s.io'];
    const core = { apiGroups: [''], resources: ['services', 'secrets', 'configmaps'], verbs: ['*'] };
    const client = await account.connect([{ apiGroups: groups, ...everything }, core]);
    const operator = await cluster.operator(undefined, {}, { client });
    await mirrorWith('20Gi', volumes.growing);
    await ask(volume('50Gi', volumes.growing));
    await says(stay(`20Gi, ReadWriteOnce, storage class ${volumes.growing}`));
    expect(await requested(0, 1)).toEqual(['20Gi', '20Gi']);
    await operator.stop();
    await client.close();
    await account.leave();
  });
});
