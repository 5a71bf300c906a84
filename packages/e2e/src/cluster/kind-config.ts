/** What `kind create cluster --config` reads; JSON is YAML. */
export interface KindConfigInput {
  readonly image: string;
  readonly workers: number;
}

/** One control plane node and this many workers, on the networks that the packet guard knows. */
export function kindConfig({ image, workers }: KindConfigInput): string {
  const node = (role: string): object => ({ role, image });
  return JSON.stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16', kubeProxyMode: 'iptables' },
    nodes: [node('control-plane'), ...Array.from({ length: workers }, () => node('worker'))],
  });
}
