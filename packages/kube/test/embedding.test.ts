import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import { clusterClient, freshNamespace } from './support/cluster.ts';

const program = fileURLToPath(new URL('support/embedding-program.ts', import.meta.url));

test('a program that embeds a controller ends by itself after the controller has ended', async () => {
  const client = await clusterClient();
  const namespace = await freshNamespace(client);
  await client.close();
  const child = spawn(process.execPath, [program, inject('kubeconfig'), namespace], {
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.on('error', reject).on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  const [ending, out, said] = await Promise.all([promise, text(child.stdout), text(child.stderr)]);
  expect({ ending, out, said }).toEqual({ ending: 'exit code 0', out: 'the controller has ended\n', said: '' });
});
