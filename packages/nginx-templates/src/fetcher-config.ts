import type { TemplateInput } from '@entrepot/core';
import type { FetcherConfig } from '@entrepot/mirror-fetcher';
import { listenAddress } from './listen-address.ts';
import type { NginxOptions } from './options.ts';
import { pidFile } from './pid-file.ts';
import { slices } from './slices.ts';

/** What the fetcher of this mirror is told. Its socket, store and slices are those that nginx's configuration names. */
export function fetcherConfig(input: TemplateInput, options: NginxOptions): FetcherConfig {
  const { upstream, cache, layout } = input;
  const { path, levels, sizeBytes } = slices(input, options);
  return {
    listen: `${layout.sockets}/fetcher.sock`,
    store: `${layout.store}/store`,
    volume: layout.store,
    slices: { path, levels: [...levels], sizeBytes },
    upstream: {
      name: upstream.host,
      url: `${upstream.plainHTTP ? 'http' : 'https'}://${upstream.host}`,
      redirectHosts: [...upstream.redirectHosts],
      tokenHosts: [...upstream.tokenHosts],
      ...(upstream.hasCABundle ? { caFile: layout.upstreamCAs } : {}),
    },
    ...(upstream.hasCredentials ? { credentials: layout.credentials } : {}),
    cache,
    server: {
      pidFile: pidFile(layout),
      host: reachable(listenAddress(input, options)),
      port: layout.port,
      certificate: layout.publicCertificate,
    },
  };
}

/** What listens on all addresses is reached by the one of this pod's own. */
function reachable(address: string): string {
  return address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
}
