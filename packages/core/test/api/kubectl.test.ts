import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '@entrepot/control-plane';
import { KubeClient, loadConnection } from '@entrepot/kube';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { RegistryMirror } from '../../src/index.ts';

let client: KubeClient;
beforeAll(async () => {
  client = new KubeClient(await loadConnection({ kubeconfig: inject('kubeconfig') }));
  await client.create({
    apiVersion: 'k8s.osp.tech/v1',
    kind: 'RegistryMirror',
    metadata: { name: 'kubectl' },
    spec: { upstreamUrl: 'quay.io' },
  });
  const status = {
    masqueradeUrl: 'mirror-quay.io',
    addressing: 'hostess,imageswap',
    nodes: { desired: 3, ready: 2 },
    conditions: [
      { type: 'Ready', status: 'False', reason: 'X', message: 'x', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  };
  await client.patch(RegistryMirror, { name: 'kubectl' }, { status }, { type: 'merge', subresource: 'status' });
});
afterAll(async () => {
  await client.delete(RegistryMirror, { name: 'kubectl' });
  await client.close();
});

async function kubectl(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(inject('kubectl'), ['--kubeconfig', inject('kubeconfig'), ...args]);
  return stdout;
}

test('kubectl get rm shows a line that answers the first questions', async () => {
  const lines = (await kubectl('get', 'rm', 'kubectl')).replace(/\d+s/, '1s').split('\n');
  expect(lines.map((line) => line.split(/\s+/).join(' ').trim())).toEqual([
    'NAME UPSTREAM MASQUERADE ADDRESSING READY NODES AGE',
    'kubectl quay.io mirror-quay.io hostess,imageswap False 2 1s',
    '',
  ]);
});

test('kubectl explain says what a field is for', async () => {
  await eventually(async () =>
    expect(await kubectl('explain', 'rm.spec.cache')).toBe(`GROUP:      k8s.osp.tech
KIND:       RegistryMirror
VERSION:    v1

FIELD: cache <Object>


DESCRIPTION:
    What is kept, and for how long.
    
FIELDS:
  maxSize	<string>
    Upper limit of the cache in each replica, at most 80 % of the requested
    storage. Default: 80 % of it.

  staleIfError	<string>
    How long an old answer may be given while the upstream is down. Default: 7d.

  tagTTL	<string>
    How long a tag is answered without asking the upstream again. Default: 30s.


`),
  );
});
