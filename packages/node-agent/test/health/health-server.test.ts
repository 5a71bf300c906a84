import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { serveHealth } from '../../src/health/health-server.ts';
import { Readiness } from '../../src/health/readiness.ts';
import { readyz } from '../readyz.ts';

const port = 24_397;

function logged() {
  const said: string[] = [];
  const at = (level: string) => (message: string) => void said.push(`${level}: ${message}`);
  return { said, log: { info: at('info'), warning: at('warning'), error: at('error') } };
}

test('says 503 or 200 and why; the log says the same, once', async () => {
  const { said, log } = logged();
  const readiness = new Readiness(log);
  const server = serveHealth(port, readiness, log);
  await expect.poll(() => readyz(port)).toBe('503 the agent is starting\n');
  readiness.done('all is well');
  readiness.done('all is well');
  expect(await readyz(port)).toBe('200 all is well\n');
  readiness.waits('the disk is full');
  readiness.waits('the disk is full');
  expect(await readyz(port)).toBe('503 the disk is full\n');
  expect(said).toEqual(['info: all is well', 'warning: the disk is full']);
  expect((await fetch(`http://127.0.0.1:${port}/secrets`)).status).toBe(404);
  server.close();
  expect(await readyz(port)).toMatch(/fetch failed/);
});

test('a port that is taken is said, and ends nothing', async () => {
  const taken = createServer().listen(port + 1);
  await once(taken, 'listening');
  const { said, log } = logged();
  const server = serveHealth(port + 1, new Readiness(log), log);
  await expect.poll(() => said.join('\n')).toContain('/readyz cannot be served: Error: listen EADDRINUSE');
  server.close();
  taken.close();
});

test('without a port there is no server', () => {
  const { log } = logged();
  expect(() => serveHealth(undefined, new Readiness(log), log).close()).not.toThrow();
});
