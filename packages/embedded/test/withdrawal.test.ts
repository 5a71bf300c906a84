import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { poll } from '@entrepot/control-plane';
import { type GroupVersionKind, KubeClient, type KubernetesObject, loadConnection } from '@entrepot/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostsFile, type MainJob, runMainJob } from '../src/main-job.ts';
import { mirrorHost, mirrorName } from '../src/mirror-manifest.ts';
import { nginxProgram } from '../src/nginx-program.ts';
import { parseOptions } from '../src/options.ts';
import { Stage } from '../src/stage.ts';

const stage = new Stage(() => {});
const mirrorKind = { group: 'k8s.osp.tech', version: 'v1', kind: 'RegistryMirror' };
const ofMirrors: readonly GroupVersionKind[] = [
  ...['Service', 'Secret', 'ConfigMap', 'Pod'].map((kind) => ({ group: '', version: 'v1', kind })),
  ...['StatefulSet', 'DaemonSet'].map((kind) => ({ group: 'apps', version: 'v1', kind })),
];
const otherHost = 'other.example.test';

let temporary: string;
let client: KubeClient;
let hostRoot: MainJob['surroundings']['hostRoot'];
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'withdrawal-'));
  const { surroundings } = await runMainJob(stage, temporary, await nginxProgram(), parseOptions(['node', 'main']));
  hostRoot = surroundings.hostRoot;
  client = new KubeClient(await loadConnection({ kubeconfig: surroundings.kubeconfig }));
});
afterAll(async () => {
  await client?.close();
  await stage.end();
  await rm(temporary, { recursive: true, force: true });
});

const hosts = async (): Promise<string> => readFile(join(hostRoot, 'etc/hosts'), 'utf8');

/** What the hosts file says: slots of the agent without a name in them remain as comments, after everything else. */
async function entries(): Promise<string> {
  const text = await hosts();
  expect(text.slice(0, hostsFile.length)).toBe(hostsFile);
  return text.replaceAll(/^#.*\n/gm, '');
}

/** The names under which mirrors are trusted on the node. */
async function trustedHosts(): Promise<readonly string[]> {
  return readdir(join(hostRoot, 'etc/docker/certs.d')).catch(() => []);
}

async function withdrawn(): Promise<string> {
  type WithConditions = KubernetesObject & {
    readonly status?: { readonly conditions?: readonly { type: string; status: string; message: string }[] };
  };
  const mirror = await client.get<WithConditions>(mirrorKind, { name: mirrorName });
  const condition = mirror?.status?.conditions?.find(({ type }) => type === 'Withdrawn');
  return `${condition?.status}: ${condition?.message}`;
}

/** Everything that is labelled as a mirror's. */
async function leftovers(): Promise<readonly string[]> {
  const lists = await Promise.all(
    ofMirrors.map(async (kind) => client.list(kind, { labelSelector: 'app=docker-registry' })),
  );
  return lists.flatMap(({ items }, index) => items.map(({ metadata }) => `${ofMirrors[index]?.kind} ${metadata.name}`));
}

test('a node forgets the old name of a mirror when it gets a new one', async () => {
  expect(await entries()).toMatch(new RegExp(`^127\\.64\\.[0-9.]+\t${mirrorHost}$`, 'm'));
  expect(await trustedHosts()).toEqual([mirrorHost]);
  await client.patch(mirrorKind, { name: mirrorName }, { spec: { masqueradeUrl: otherHost } }, { type: 'merge' });
  const isDone = async () => (await withdrawn()).startsWith('True');
  await poll('the condition Withdrawn', isDone, { deadlineMs: 90_000 });
  expect(await trustedHosts()).toEqual([otherHost]);
  const [, address = ''] = new RegExp(`^(127\\.64\\.[0-9.]+)\t${otherHost}$`, 'm').exec(await entries()) ?? [];
  expect(await entries()).toBe(`${hostsFile}${address}\t${otherHost}\n`);
});

test('a node forgets a mirror that is deleted, before the mirror goes; nothing of it is left in the cluster or on the node', async () => {
  await client.delete(mirrorKind, { name: mirrorName });
  const isGone = async () => (await client.get(mirrorKind, { name: mirrorName })) === undefined;
  await poll('the mirror is gone', isGone, { deadlineMs: 90_000 });
  expect(await entries()).toBe(hostsFile);
  expect(await trustedHosts()).toEqual([]);
  const isClean = async () => (await leftovers()).length === 0;
  await poll('nothing is left', isClean, { deadlineMs: 90_000, everyMs: 500 });
  expect(await entries()).toBe(hostsFile);
});
