import type { MirrorSettings, MirrorView } from '@entrepot/core';
import { frozen } from './check.ts';

/** Where the samples' objects live. */
export const sampleNamespace = 'contract-mirrors';

/** Settings of an operator whose mirrors they are. */
export const sampleSettings: MirrorSettings = {
  namespace: sampleNamespace,
  clusterDomain: 'cluster.local',
  defaultAddressing: 'any',
  images: { nginx: 'nginx', fetcher: 'fetcher', nodeAgent: 'node-agent' },
  imagePullSecrets: [],
  workloadLabels: {},
  podLabels: {},
  tolerations: [],
  nodeAgentTolerations: [],
  resources: { nginx: {}, fetcher: {}, nodeAgent: {} },
  hasNetworkPolicy: false,
  nodeAgentServiceAccount: 'node-agent',
  nodeWithdrawalLimitMs: 600_000,
};

/**
 * Mirrors of the kinds that exist: plain, with a port in the upstream, with a port in their own name (which not every strategy
 * supports), dual-stack, IPv6 only. Sorted by name, as always.
 */
export const sampleMirrors: readonly MirrorView[] = frozen([
  mirror('docker', 'docker.io', ['10.0.0.5']),
  mirror('internal', 'registry.example:5000', ['10.0.0.6'], 'mirror-registry.example'),
  mirror('port', 'port.example:5000', ['10.0.0.9']),
  mirror('quay', 'quay.io', ['10.0.0.7', 'fd00::7']),
  mirror('six', 'six.example', ['fd00::8']),
]);

/** The same ones before their Services have an address. */
export const mirrorsWithoutAddress: readonly MirrorView[] = frozen(
  sampleMirrors.map((mirror) => ({ ...mirror, service: { ...mirror.service, clusterIPs: [] } })),
);

function mirror(
  name: string,
  upstreamHost: string,
  clusterIPs: readonly string[],
  masqueradeHost = `mirror-${upstreamHost}`,
): MirrorView {
  return {
    name,
    upstreamHost,
    masqueradeHost,
    service: { namespace: sampleNamespace, name: `registry-mirror-${name}`, clusterIPs },
  };
}
