import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { type ControlPlane, eventually, harm, reply, startControlPlane } from '@entrepot/control-plane';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KubeClient, loadConnection } from '../src/index.ts';
import { configMap, freshNamespace } from './support/cluster.ts';

const program = fileURLToPath(new URL('support/trial-program.ts', import.meta.url));
let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane();
});
afterAll(() => plane.stop());

test('no fault of the network, the API server or its own parts ends a process', async () => {
  const { proxy, kubeconfig } = await plane.startProxy();
  const client = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
  const namespace = await freshNamespace(client);
  const child = spawn(process.execPath, ['--conditions=@entrepot/source', program, kubeconfig, namespace]);
  const said = text(child.stderr);
  const ended = Promise.withResolvers<string>();
  child.on('close', (code, signal) => ended.resolve(signal ?? `exit code ${code}`));
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const isToldOf = async (name: string) => {
    await client.create(configMap(namespace, name));
    await eventually(() => {
      expect(told).toContain(`added ${name}\n`);
    });
  };

  await isToldOf('at-first');
  for (const [name, broken] of Object.entries(harm)) {
    proxy.harmWatches(broken());
    await isToldOf(`after-${name.toLowerCase()}`);
  }
  proxy.freezeConnections();
  await isToldOf('after-silence');
  const end = proxy.intervene(() => true, reply.page(502, 'Bad gateway'));
  proxy.cut();
  proxy.mend();
  await eventually(() => {
    expect(proxy.requests.filter(({ status }) => status === 502).length).toBeGreaterThan(2);
  });
  end();
  await isToldOf('after-bad-gateways');
  await plane.restartApiServer();
  await isToldOf('after-a-restart');

  child.kill('SIGTERM');
  expect({ ending: await ended.promise, said: await said }).toEqual({ ending: 'exit code 0', said: '' });
  await client.close();
});
