import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Surroundings } from '../src/looking-around.ts';
import { mirrorHost } from '../src/mirror-manifest.ts';
import { pull } from '../src/node-pull.ts';

/** At a time: the more, the likelier is a handshake at the moment of a change. */
const connections = 4;
/** Rests leave the machine to those that are looked at; without, a client takes all it can get. */
const restsMs = { handshake: 20, pull: 500 } as const;

/** A node that goes on connecting and pulling, and notes what went wrong. It trusts what its certs.d folder holds, nothing else. */
export class SteadyClient {
  handshakes = 0;
  pulls = 0;
  readonly failures: string[] = [];
  /** The certificate that the mirror served last, in PEM. */
  seen: string | undefined;
  readonly firstSeen: Promise<string>;
  readonly #surroundings: Surroundings;
  readonly #first = Promise.withResolvers<string>();
  #isStopped = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.firstSeen = this.#first.promise;
  }

  /** Runs until it is stopped. */
  async run(): Promise<void> {
    const connecting = Array.from({ length: connections }, () => this.#repeat('handshake', () => this.#connect()));
    await Promise.all([...connecting, this.#repeat('pull', () => this.#pull())]);
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #repeat(title: keyof typeof restsMs, action: () => Promise<void>): Promise<void> {
    while (!this.#isStopped) {
      await action().catch((error: unknown) => this.failures.push(`${title}: ${String(error)}`));
      await delay(restsMs[title]);
    }
  }

  /** A full handshake: without a session, nothing of an earlier one is used. */
  async #connect(): Promise<void> {
    const { hostRoot } = this.#surroundings;
    const hosts = await readFile(join(hostRoot, 'etc/hosts'), 'utf8');
    const [address] =
      hosts
        .split('\n')
        .find((line) => line.endsWith(`\t${mirrorHost}`))
        ?.split('\t') ?? [];
    const ca = await readFile(join(hostRoot, 'etc/docker/certs.d', mirrorHost, 'ca.crt'));
    const socket = connect({ host: address, port: 443, servername: mirrorHost, ca });
    try {
      await once(socket, 'secureConnect');
      const certificate = socket.getPeerX509Certificate()?.toString() ?? '';
      socket.write(`GET /v2/ HTTP/1.1\r\nHost: ${mirrorHost}\r\nConnection: close\r\n\r\n`);
      await once(socket, 'data');
      this.handshakes += 1;
      this.seen = certificate;
      this.#first.resolve(certificate);
    } finally {
      socket.destroy();
    }
  }

  async #pull(): Promise<void> {
    const { crane, image, hostRoot, directory } = this.#surroundings;
    await pull({ crane, image: `${mirrorHost}/${image}`, hostRoot, file: join(directory, 'steady.tar') });
    this.pulls += 1;
  }
}
