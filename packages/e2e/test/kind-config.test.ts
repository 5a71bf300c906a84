import { expect, test } from 'vitest';
import { kindConfig } from '../src/cluster/kind-config.ts';

test.each([
  { ipFamily: 'ipv4', podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' },
  { ipFamily: 'ipv6', podSubnet: 'fd00:10:244::/56', serviceSubnet: 'fd00:10:96::/112' },
  {
    ipFamily: 'dual',
    podSubnet: '10.244.0.0/16,fd00:10:244::/56',
    serviceSubnet: '10.96.0.0/16,fd00:10:96::/112',
  },
] as const)(
  'a cluster of $ipFamily has one control plane node and the workers asked for, each with its image, and the networks that the packet guard lets through',
  ({ ipFamily, ...subnets }) => {
    const config = kindConfig({ ipFamily, controlPlane: 'node:1', workers: ['node:1', 'node:2'] });
    expect(JSON.parse(config)).toEqual({
      kind: 'Cluster',
      apiVersion: 'kind.x-k8s.io/v1alpha4',
      networking: { ipFamily, ...subnets, kubeProxyMode: 'iptables' },
      nodes: [
        { role: 'control-plane', image: 'node:1' },
        { role: 'worker', image: 'node:1' },
        { role: 'worker', image: 'node:2' },
      ],
    });
  },
);
