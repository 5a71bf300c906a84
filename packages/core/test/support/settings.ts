import type { MirrorSettings, Resources } from '../../src/index.ts';

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
    nodeAgentTolerations: [],
    resources: { nginx: asked('100m', '500Mi'), fetcher: asked('200m', '400Mi'), nodeAgent: asked('1m', '64Mi') },
    hasNetworkPolicy: false,
    nodeAgentServiceAccount: 'mirror-hostess',
    nodeWithdrawalLimitMs: 600_000,
    ...changes,
  };
}

function asked(cpu: string, memory: string): Resources {
  return { requests: { cpu, memory }, limits: { memory } };
}
