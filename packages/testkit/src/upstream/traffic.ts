/** What a request to the fake upstream is about. `cdn` is a blob's bytes after a redirect, `blob` the registry's own answer. */
export type RequestKind = 'ping' | 'manifest' | 'blob' | 'tags' | 'referrers' | 'token' | 'cdn' | 'other';

/** One request as it was seen, and how it was answered. */
export interface SeenRequest {
  readonly kind: RequestKind;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The name the client asked for in the TLS handshake; undefined with plain HTTP, and for addresses. */
  readonly serverName: string | undefined;
  /** 0 until it is answered, and when the connection was cut without an answer. */
  status: number;
  /** Bytes of the body handed to the socket so far. */
  bytes: number;
}

export type RequestFilter = Partial<Pick<SeenRequest, 'kind' | 'method' | 'status'>>;

/** Everything the fake upstream was asked for, in order of arrival. */
export class Traffic {
  #requests: SeenRequest[] = [];

  get requests(): readonly SeenRequest[] {
    return this.#requests;
  }

  add(request: SeenRequest): void {
    this.#requests.push(request);
  }

  /** The requests that fit, e.g. `select({ kind: 'cdn', status: 200 })`. */
  select(filter: RequestFilter): readonly SeenRequest[] {
    return this.#requests.filter(
      (request) =>
        (filter.kind ?? request.kind) === request.kind &&
        (filter.method ?? request.method) === request.method &&
        (filter.status ?? request.status) === request.status,
    );
  }

  count(filter: RequestFilter = {}): number {
    return this.select(filter).length;
  }

  /** Bytes of answers' bodies. */
  bytes(filter: RequestFilter = {}): number {
    return this.select(filter).reduce((sum, request) => sum + request.bytes, 0);
  }

  /** Forgets what was seen so far. */
  reset(): void {
    this.#requests = [];
  }
}
