/** What `kind create cluster --config` reads; JSON is YAML. */
export interface KindConfigInput {
  /** The image of the control plane's node. */
  readonly controlPlane: string;
  /** The image of each other node. */
  readonly workers: readonly string[];
}

/** One control plane node and these workers, on the networks that the packet guard knows. */
export function kindConfig({ controlPlane, workers }: KindConfigInput): string {
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16', kubeProxyMode: 'iptables' },
    nodes: [{ role: 'control-plane', image: controlPlane }, ...workers.map((image) => ({ role: 'worker', image }))],
  });
}
