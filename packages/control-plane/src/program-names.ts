/** The programs of a control plane, by name. */
export const programNames = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;
export type ProgramName = (typeof programNames)[number];
