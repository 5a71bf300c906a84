import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtPrograms, goTool, versionFlags, type GoTool, type Progress } from '@entrepot/control-plane';

/** Folders of a node's programs and of those of the cluster's own pods. Each has one binary, and perhaps links to it. */
export interface NodePrograms {
  /** etcd, kube-apiserver, kube-controller-manager and kubectl. */
  readonly controlPlane: string;
  /** kubeadm, kubelet, kube-proxy and kube-scheduler. */
  readonly node: string;
  /** containerd 2, its shim and ctr. */
  readonly containerd: string;
  readonly coredns: string;
  readonly pause: string;
}

/** Builds them from Go modules unless that was done before. */
export async function nodePrograms(onProgress: Progress): Promise<NodePrograms> {
  const links = ['kubeadm', 'kubelet', 'kube-proxy', 'kube-scheduler'];
  // One after the other: each build takes all cores.
  const controlPlane = await builtPrograms(onProgress);
  const node = await goTool({ ...program('kubernetes-node', onProgress), links, linkerFlags: versionFlags });
  const containerd = await goTool({ ...program('containerd', onProgress), builds: 'tools' });
  const coredns = await goTool(program('coredns', onProgress));
  const pause = await goTool(program('pause', onProgress));
  return {
    controlPlane,
    node: dirname(node),
    containerd: dirname(containerd),
    coredns: dirname(coredns),
    pause: dirname(pause),
  };
}

/** The kind command line, built on first use. */
export function kindProgram(onProgress: Progress): Promise<string> {
  return goTool(program('kind', onProgress));
}

function program(name: string, onProgress: Progress): GoTool {
  return { name, moduleDirectory: fileURLToPath(new URL(`../../go/${name}`, import.meta.url)), onProgress };
}
