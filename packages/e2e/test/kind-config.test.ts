import { expect, test } from 'vitest';
import { kindConfig } from '../src/cluster/kind-config.ts';

test('a cluster has one control plane node and the workers asked for, each with its image, and the networks that the packet guard lets through', () => {
  expect(JSON.parse(kindConfig({ controlPlane: 'node:1', workers: ['node:1', 'node:2'] }))).toEqual({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16', kubeProxyMode: 'iptables' },
    nodes: [
      { role: 'control-plane', image: 'node:1' },
      { role: 'worker', image: 'node:1' },
      { role: 'worker', image: 'node:2' },
    ],
  });
});
