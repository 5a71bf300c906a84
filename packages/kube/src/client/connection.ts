import type { RequestOptions } from 'node:https';
import { systemClock, type Clock } from '../clock.ts';
import { TerminalError } from '../errors.ts';
import { KubeConfig } from './kube-config.ts';

/** What one request needs to be let in: headers, and the TLS material of its connection. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
  readonly proxy: string | undefined;
}

export type TlsMaterial = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

/** Where an API server is, and how to be let in. */
export interface ClusterConnection {
  /** Base URL, without a slash at its end. */
  readonly server: string;
  /** The namespace of the context; in a pod, the pod's own. */
  readonly namespace: string | undefined;
  /** Credentials that are valid now; `renew` does not trust what was read before (the server answered 401). */
  credentials(renew?: boolean): Promise<Credentials>;
}

export interface LoadConnectionOptions {
  /** Path of a kubeconfig file; without it KUBECONFIG, then ~/.kube/config, then the service account of the pod. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** How long credentials are used before client-node is asked again; it re-reads token files once a minute. */
const credentialsFreshMs = 10_000;

/**
 * Finds the API server as kubectl does. Nothing is sent yet.
 *
 * @throws TerminalError `NoCluster` when there is no kubeconfig and no service account, `UnreadableKubeconfig` when the file that is found
 * cannot be read or is none, `UnknownContext` when it has no such context.
 * @example const client = new KubeClient(await loadConnection({ context: 'kind-kind' }));
 */
export async function loadConnection(options: LoadConnectionOptions = {}): Promise<ClusterConnection> {
  const clock = options.clock ?? systemClock;
  let config = loadConfig(options);
  const { server, proxyUrl } = currentCluster(config, options.kubeconfig ?? namedKubeconfig());
  let fresh: { readonly credentials: Credentials; readonly readAt: number } | undefined;
  return {
    server: server.replace(/\/+$/, ''),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
    async credentials(renew = false) {
      if (renew) config = loadConfig(options);
      if (renew || fresh === undefined || clock.elapsedMs() - fresh.readAt > credentialsFreshMs) {
        fresh = { credentials: await readCredentials(config, proxyUrl), readAt: clock.elapsedMs() };
      }
      return fresh.credentials;
    },
  };
}

function loadConfig({ kubeconfig, context }: LoadConnectionOptions): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) naming(namedKubeconfig(), () => config.loadFromDefault());
  else naming(kubeconfig, () => config.loadFromFile(kubeconfig));
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      const known = config.contexts.map(({ name }) => name).join(', ');
      throw new TerminalError('UnknownContext', `The kubeconfig has no context '${context}'; it has: ${known}`);
    }
    config.setCurrentContext(context);
  }
  return config;
}

/** KUBECONFIG, where it is set. */
function namedKubeconfig(): string | undefined {
  const { KUBECONFIG } = process.env;
  return KUBECONFIG === '' ? undefined : KUBECONFIG;
}

/**
 * client-node's errors say neither which file is wrong nor that it is one. They hold all of the file, and with it credentials; what
 * follows the first line of their message is an excerpt. So nothing else of them is passed on, not even as a cause.
 */
function naming(file: string | undefined, load: () => void): void {
  let message: string | undefined;
  try {
    load();
    return;
  } catch (error) {
    [message] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  }
  const name = file ?? '~/.kube/config';
  throw new TerminalError('UnreadableKubeconfig', `${name} cannot be read as a kubeconfig: ${message}`);
}

function currentCluster(config: KubeConfig, file: string | undefined) {
  const cluster = config.getCurrentCluster();
  // client-node falls back to this address when it finds nothing at all.
  if (cluster === null || cluster.server === 'http://localhost:8080') {
    if (file !== undefined) throw new TerminalError('NoCluster', `${file} is no kubeconfig with a current context`);
    throw new TerminalError(
      'NoCluster',
      'No cluster to talk to: KUBECONFIG is not set, there is no ~/.kube/config with a current context, and this is not a pod with a service account',
    );
  }
  return cluster;
}

async function readCredentials(config: KubeConfig, proxy: string | undefined): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const { auth, headers, ca, cert, key, servername, rejectUnauthorized } = options;
  const given = Object.entries(headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  if (typeof auth === 'string') given.push(['Authorization', `Basic ${Buffer.from(auth).toString('base64')}`]);
  const tls = Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(
    ([, value]) => value !== undefined,
  );
  return { headers: Object.fromEntries(given), tls: Object.fromEntries(tls), proxy };
}
