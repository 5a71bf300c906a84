import { builtVersion } from '@entrepot/control-plane';
import type { DockerEngine } from '../engine/docker-engine.ts';
import { importImage } from '../engine/import-image.ts';
import type { NodePrograms } from './node-programs.ts';

/** The images of a cluster's own pods, by the nodes that need them. */
export interface ComponentImages {
  readonly everyNode: readonly string[];
  readonly controlPlane: readonly string[];
}

const registry = 'registry.k8s.io';
const bin = 'usr/local/bin';
const path = `ENV PATH=/${bin}:/usr/sbin:/usr/bin`;

/**
 * Imports the images into the engine, under the names that kubeadm gives them.
 *
 * @param packetFilter the archive of a root with iptables, for kube-proxy
 */
export async function importComponentImages(
  engine: DockerEngine,
  programs: NodePrograms,
  packetFilter: string,
): Promise<ComponentImages> {
  const kubernetes = (program: string): string => `${registry}/${program}:${builtVersion}`;
  const proxyAndScheduler = {
    names: [kubernetes('kube-proxy'), kubernetes('kube-scheduler')],
    content: { [programs.node]: bin },
    root: packetFilter,
    changes: [path],
  } as const;
  const controlPlane = {
    names: [kubernetes('kube-apiserver'), kubernetes('kube-controller-manager'), `${registry}/etcd:3.6.5-0`],
    content: { [programs.controlPlane]: bin },
    changes: [path],
  } as const;
  const coredns = {
    names: [`${registry}/coredns/coredns:v1.12.1`],
    content: { [programs.coredns]: bin },
    changes: [`ENTRYPOINT ["/${bin}/coredns"]`],
  } as const;
  const pause = {
    names: [`${registry}/pause:3.10.1`],
    content: { [programs.pause]: bin },
    changes: [`ENTRYPOINT ["/${bin}/pause"]`],
  } as const;
  for (const image of [proxyAndScheduler, controlPlane, coredns, pause]) await importImage(engine, image);
  return {
    everyNode: [...proxyAndScheduler.names, ...coredns.names, ...pause.names],
    controlPlane: controlPlane.names,
  };
}
