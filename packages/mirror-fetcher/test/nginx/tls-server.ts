import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServingCertificate } from '@entrepot/testkit';
import { onTestFinished } from 'vitest';
import { eventually } from '../harness/eventually.ts';

// What nginx does: reads the pair at the start and at SIGHUP, keeps the former one when halves do not fit.
const script = `
  const fs = require('node:fs');
  const pair = () => ({ cert: fs.readFileSync('tls.crt'), key: fs.readFileSync('tls.key') });
  const server = require('node:tls').createServer(pair(), (socket) => socket.on('error', () => {}));
  process.on('SIGHUP', () => {
    fs.appendFileSync('reloads', '+');
    try { server.setSecureContext(pair()); } catch {}
  });
  server.listen(Number(process.argv[1]), '127.0.0.1', () => fs.writeFileSync('listening', String(server.address().port)));
`;

/** A program that serves a pair as nginx does, and what lies on the fetcher's side beside it; gone after the test. */
export class TlsServer {
  readonly folder: string;
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(pair: ServingCertificate): Promise<TlsServer> {
    const server = new TlsServer(await mkdtemp(join(tmpdir(), 'tls-server-')));
    onTestFinished(async () => {
      await server.stop();
      await rm(server.folder, { recursive: true });
    });
    await server.give(pair);
    await server.want(pair);
    await server.write('reloads', '');
    await server.listen();
    await server.writePid();
    return server;
  }

  /** As `server` of fetcher.json says it. */
  get config() {
    const { folder } = this;
    const port = this.#port;
    return { host: '127.0.0.1', port, pidFile: join(folder, 'pid'), certificate: join(folder, 'wanted.crt') };
  }

  /** How often it was reloaded. */
  async reloads(): Promise<number> {
    return (await readFile(join(this.folder, 'reloads'), 'utf8')).length;
  }

  /** What it reads at the next reload. */
  async give({ cert, key }: Partial<ServingCertificate>): Promise<void> {
    if (cert !== undefined) await this.write('tls.crt', cert);
    if (key !== undefined) await this.write('tls.key', key);
  }

  /** What the fetcher reads. */
  async want({ cert }: { readonly cert: string }): Promise<void> {
    await this.write('wanted.crt', cert);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  async writePid(): Promise<void> {
    await this.write('pid', `${this.#child?.pid}\n`);
  }

  /** On the port that it had before, if it had one. */
  async listen(): Promise<void> {
    await rm(join(this.folder, 'listening'), { force: true });
    const args = ['--eval', script, String(this.#port)];
    this.#child = spawn(process.execPath, args, { cwd: this.folder, stdio: 'inherit' });
    const port = () => readFile(join(this.folder, 'listening'), 'utf8').catch(() => '');
    await eventually(async () => (await port()) !== '');
    this.#port = Number(await port());
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
