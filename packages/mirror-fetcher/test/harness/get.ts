import { request, type IncomingHttpHeaders } from 'node:http';

/** An answer of the fetcher, complete. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface GetOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called with what came so far after each piece. */
  readonly onBytes?: (received: number) => void;
  readonly signal?: AbortSignal;
}

/** Asks over a unix socket as nginx does. Rejects when the connection is cut before the end. */
export function get(socketPath: string, path: string, options: GetOptions = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, onBytes, signal } = options;
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void =>
      reject(new Error(signal?.aborted === true ? 'aborted' : 'the connection was cut', { cause }));
    const sent = request(
      { socketPath, path, method, headers, agent: false, ...(signal ? { signal } : {}) },
      (response) => {
        const chunks: Buffer[] = [];
        let received = 0;
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          received += chunk.length;
          onBytes?.(received);
        });
        response.on('error', failed);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    sent.on('error', failed).end();
  });
}

/** The OCI error code of an answer. */
export function errorCode({ body }: Answer): string | undefined {
  return /"code":"(?<code>\w+)"/.exec(body.toString())?.groups?.code;
}
