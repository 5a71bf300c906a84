import { X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ThrowawayAuthority, type ServingCertificate } from '@entrepot/testkit';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Log } from '../../src/log.ts';
import { keepCertificateServed } from '../../src/nginx/keep-certificate-served.ts';
import { servedCertificate } from '../../src/nginx/served-certificate.ts';
import { eventually } from '../harness/eventually.ts';
import { TlsServer } from './tls-server.ts';

const patience = AbortSignal.timeout(60_000);

let first: ServingCertificate;
let second: ServingCertificate;
beforeAll(async () => {
  const authority = await ThrowawayAuthority.create();
  [first, second] = await Promise.all([authority.issue(['mirror.example']), authority.issue(['mirror.example'])]);
});

interface Keeping {
  readonly stop: () => Promise<void>;
  /** How long it wanted to sleep between its looks; here it sleeps a twentieth of that, and 100 ms at most. */
  readonly pauses: number[];
  readonly logged: string[];
}

function keep(server: TlsServer): Keeping {
  const stopping = new AbortController();
  const pauses: number[] = [];
  const logged: string[] = [];
  const add =
    (level: string): Log['info'] =>
    (fields, message) =>
      void logged.push(`${level}: ${message}${'error' in fields ? `: ${String(fields.error)}` : ''}`);
  const log = { info: add('info'), warn: add('warn'), error: add('error') };
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    pauses.push(ms);
    await delay(Math.min(ms, 2000) / 20, undefined, { signal: signal ?? patience });
  };
  const running = keepCertificateServed(server.config, { log, clock: { now: Date.now, sleep } }, stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  onTestFinished(stop);
  return { stop, pauses, logged };
}

async function serves(server: TlsServer, { cert }: ServingCertificate): Promise<boolean> {
  const served = await servedCertificate(server.config, patience);
  return served.fingerprint256 === new X509Certificate(cert).fingerprint256;
}

/** So many further looks, each of which would have reloaded a server that needs it. */
async function looks(keeping: Keeping, count: number): Promise<void> {
  const { length } = keeping.pauses;
  await eventually(() => keeping.pauses.length >= length + count);
}

test('a server that serves what it should is left alone', async () => {
  const server = await TlsServer.start(first);
  const keeping = keep(server);
  await looks(keeping, 3);
  expect(await server.reloads()).toBe(0);
  expect(keeping.logged).toEqual([]);
});

test('a server is reloaded once when its pair has changed', async () => {
  const server = await TlsServer.start(first);
  const keeping = keep(server);
  await looks(keeping, 1);
  await server.give(second);
  await server.want(second);
  await eventually(() => serves(server, second));
  await looks(keeping, 3);
  expect(await server.reloads()).toBe(1);
  expect(keeping.logged).toEqual(['info: nginx serves another certificate: reloaded it']);
});

test('a server that is shown its pair later, or halves of two, is reloaded less and less often until it serves it', async () => {
  const server = await TlsServer.start(first);
  await server.want(second);
  await server.give({ cert: second.cert });
  const keeping = keep(server);
  const twice = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
  await eventually(() => keeping.pauses.length >= twice.length);
  expect(keeping.pauses).toEqual(twice);
  expect(await serves(server, first)).toBe(true);

  await server.give({ key: second.key });
  await eventually(() => serves(server, second));
  await looks(keeping, 2);
  const { length } = keeping.pauses;
  expect(keeping.pauses.slice(length - 2)).toEqual([2000, 2000]);
  expect(await server.reloads()).toBe(keeping.pauses.filter((ms) => ms !== 2000).length + 1);
});

test('a server without a file of its process id is said to be out of reach, once, and reloaded when it has one', async () => {
  const server = await TlsServer.start(first);
  await rm(server.config.pidFile);
  await server.give(second);
  await server.want(second);
  const keeping = keep(server);
  await looks(keeping, 4);
  expect(keeping.logged).toEqual([
    expect.stringMatching(/^warn: cannot see to it that nginx serves its certificate: ENOENT: .*\/pid'$/),
  ]);
  await server.writePid();
  await eventually(() => serves(server, second));
});

test.each(['0', '-1', '', 'nginx', '1 2'])(
  'a file of a process id that holds "%s" leads to no signal',
  async (text) => {
    const server = await TlsServer.start(first);
    await server.write('pid', text);
    await server.give(second);
    await server.want(second);
    const keeping = keep(server);
    await looks(keeping, 2);
    expect(keeping.logged).toEqual([expect.stringContaining('/pid holds no process id')]);
    expect(await serves(server, first)).toBe(true);
  },
);

test('a server that does not listen yet is waited for, and only complained of when that takes longer', async () => {
  const server = await TlsServer.start(first);
  await server.stop();
  const keeping = keep(server);
  await looks(keeping, 1);
  expect(keeping.logged).toEqual([]);
  await looks(keeping, 3);
  expect(keeping.logged).toEqual([expect.stringContaining('ECONNREFUSED')]);
  // It starts with a pair that is changed at this moment.
  await server.listen();
  await server.writePid();
  await server.give(second);
  await server.want(second);
  await eventually(() => serves(server, second));
});

test('nothing is reloaded any more once it is stopped', async () => {
  const server = await TlsServer.start(first);
  const keeping = keep(server);
  await looks(keeping, 1);
  await keeping.stop();
  await server.give(second);
  await server.want(second);
  const { length } = keeping.pauses;
  expect(await server.reloads()).toBe(0);
  expect(keeping.pauses.length).toBe(length);
});
