import type { MirrorSettings } from '../../src/index.ts';

/** Settings as the command line makes them when nothing is said. */
export function testSettings(changes: Partial<MirrorSettings> = {}): MirrorSettings {
  return {
    namespace: 'mirrors',
    clusterDomain: 'cluster.local',
    defaultAddressing: 'hosts',
    images: { nginx: 'nginx:1', fetcher: 'fetcher:1', nodeAgent: 'agent:1' },
    imagePullSecrets: [],
    workloadLabels: {},
    podLabels: {},
    tolerations: [],
    nodeAgentServiceAccount: 'mirror-hostess',
    nodeWithdrawalLimitMs: 600_000,
    ...changes,
  };
}
