import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { until } from './until.ts';

/** A GET on a connection of its own whose answer is read as fast as the test wants. */
export class SlowReader {
  /** The whole body; rejects when the connection is cut before its end. */
  readonly body: Promise<Buffer>;
  readonly #chunks: Buffer[] = [];
  #response: IncomingMessage | undefined;

  constructor(options: RequestOptions) {
    this.body = new Promise((resolve, reject) => {
      const sent = request({ ...options, agent: new Agent({ maxCachedSessions: 0 }) }, (response) => {
        this.#response = response;
        response.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(Buffer.concat(this.#chunks)));
      });
      sent.on('error', reject);
      sent.end();
    });
    // Whoever waits for the body learns of its failure; it may come before.
    this.body.catch(() => {});
  }

  /** Resolves when so many bytes have come. */
  async received(bytes: number): Promise<void> {
    await until(`${bytes} bytes`, () => this.#chunks.reduce((sum, { length }) => sum + length, 0) >= bytes);
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }
}
