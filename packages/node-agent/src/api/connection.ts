import type { RequestOptions } from 'node:https';

/** An API server and how to be known to it. */
export interface Connection {
  /** `https://host:port`, perhaps with a path. */
  readonly server: URL;
  /** Read anew for every request, since tokens and certificates on disk are replaced while we run. */
  credentials(): Promise<Credentials>;
}

export interface Credentials {
  readonly tls: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;
  readonly token?: string;
}

/** Neither a kubeconfig nor a service account is there, or what is there cannot be used. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}
