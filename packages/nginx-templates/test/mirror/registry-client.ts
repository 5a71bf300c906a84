import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { connect, TLSSocket } from 'node:tls';
import { z } from 'zod';
import { SlowReader } from './slow-reader.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A client of the registry API over TLS, each request on a connection of its own. */
export class RegistryClient {
  readonly #port: number;
  readonly #ca: string;

  constructor(port: number, ca: string) {
    this.#port = port;
    this.#ca = ca;
  }

  /** Rejects when the connection breaks, also in the middle of the answer. */
  async send(path: string, options: RequestOptions = {}): Promise<Answer> {
    const { answer } = await this.#exchange(path, options);
    return answer;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send(path, { headers });
  }

  head(path: string): Promise<Answer> {
    return this.send(path, { method: 'HEAD' });
  }

  /** A GET whose answer can be looked at, and held up, while it comes. */
  open(path: string): SlowReader {
    return new SlowReader({ host: '127.0.0.1', port: this.#port, ca: this.#ca, path });
  }

  /** A connection that nothing was asked by yet; whoever disposes of it closes it. */
  async connection(): Promise<Disposable> {
    const socket = connect({ host: '127.0.0.1', port: this.#port, ca: this.#ca });
    await once(socket, 'secureConnect');
    return { [Symbol.dispose]: () => void socket.destroy() };
  }

  /** The names in the certificate that a new connection is shown. */
  async certificateNames(): Promise<string> {
    const { names } = await this.#exchange('/health-check', {});
    return names;
  }

  #exchange(path: string, { method = 'GET', headers = {}, body }: RequestOptions) {
    return new Promise<{ answer: Answer; names: string }>((resolve, reject) => {
      const agent = new Agent({ maxCachedSessions: 0 });
      const options = { host: '127.0.0.1', port: this.#port, ca: this.#ca, path, method, headers, agent };
      const sent = request(options, (response) => {
        const { socket } = response;
        const names = socket instanceof TLSSocket ? (socket.getPeerCertificate().subjectaltname ?? '') : '';
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const answer = { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
          resolve({ answer, names });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

const errorDocument = z.object({ errors: z.array(z.object({ code: z.string(), message: z.string() })).min(1) });

/** The first entry of an error body as the distribution specification wants it. */
export function registryError({ body }: Answer): { readonly code: string; readonly message: string } {
  const [first] = errorDocument.parse(JSON.parse(body.toString())).errors;
  return first ?? { code: '', message: '' };
}
