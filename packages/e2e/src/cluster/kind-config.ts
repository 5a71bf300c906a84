/** The families of addresses that nodes, pods and Services can have; with `dual`, IPv4 comes first. */
export const ipFamilies = ['ipv4', 'ipv6', 'dual'] as const;

export type IpFamily = (typeof ipFamilies)[number];

/** What `kind create cluster --config` reads; JSON is YAML. */
export interface KindConfigInput {
  readonly ipFamily: IpFamily;
  /** The image of the control plane's node. */
  readonly controlPlane: string;
  /** The image of each other node. */
  readonly workers: readonly string[];
}

const ipv4 = { pods: '10.244.0.0/16', services: '10.96.0.0/16' };
const ipv6 = { pods: 'fd00:10:244::/56', services: 'fd00:10:96::/112' };
const networks = { ipv4: [ipv4], ipv6: [ipv6], dual: [ipv4, ipv6] };

/** One control plane node and these workers, on the networks that the packet guard knows. */
export function kindConfig({ ipFamily, controlPlane, workers }: KindConfigInput): string {
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: {
      ipFamily,
      podSubnet: networks[ipFamily].map(({ pods }) => pods).join(),
      serviceSubnet: networks[ipFamily].map(({ services }) => services).join(),
      kubeProxyMode: 'iptables',
    },
    nodes: [{ role: 'control-plane', image: controlPlane }, ...workers.map((image) => ({ role: 'worker', image }))],
  });
}
