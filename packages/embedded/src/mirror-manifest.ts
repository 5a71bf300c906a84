import type { Upstream } from './upstream.ts';

/** Names of the run's one mirror. */
export const mirrorName = 'demo';
export const mirrorHost = 'mirror.example.test';

/**
 * The RegistryMirror that a user would write. One replica and only loopback, because all pods here share the machine's
 * one network and so its port 5000.
 */
export function mirrorManifest({ host, plainHTTP }: Pick<Upstream, 'host' | 'plainHTTP'>): string {
  return [
    'apiVersion: k8s.osp.tech/v1',
    'kind: RegistryMirror',
    'metadata:',
    `  name: ${mirrorName}`,
    'spec:',
    `  upstreamUrl: ${host}`,
    `  masqueradeUrl: ${mirrorHost}`,
    '  replicas: 1',
    '  templateOptions:',
    '    listenAddress: 127.0.0.1',
    ...(plainHTTP ? ['  upstream:', '    plainHTTP: true'] : []),
    '',
  ].join('\n');
}
