import type { IssuerReference } from './api/issuer-reference.ts';

/** A toleration of a pod, as Kubernetes writes it. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/** What a container asks for and may use, as Kubernetes writes it. */
export interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** What the operator's owner decides for all mirrors; the command line fills it from flags and environment. */
export interface MirrorSettings {
  /** Where the objects of mirrors, and the Secrets they name, live. */
  readonly namespace: string;
  /** The cluster's DNS domain, `cluster.local` in most. */
  readonly clusterDomain: string;
  /** Strategy of mirrors without spec.addressing. */
  readonly defaultAddressing: string;
  readonly images: { readonly nginx: string; readonly fetcher: string; readonly nodeAgent: string };
  /** Secrets with which the pods' images are pulled. */
  readonly imagePullSecrets: readonly string[];
  /** Extra labels of the StatefulSets and DaemonSets; they win over ours. */
  readonly workloadLabels: Readonly<Record<string, string>>;
  /** Extra labels of their pods; those that selectors need are not overridden. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Of the pods of mirrors and of their node agents. */
  readonly tolerations: readonly Toleration[];
  /** Further ones of node agents, which belong on every node that pulls. */
  readonly nodeAgentTolerations: readonly Toleration[];
  /** Of each container; a pod of mirrors has one of nginx and one of the fetcher. */
  readonly resources: { readonly nginx: Resources; readonly fetcher: Resources; readonly nodeAgent: Resources };
  /** A Secret with `tls.crt` and `tls.key` to serve, in place of certificates made here. */
  readonly certificateSecret?: string | undefined;
  /** The issuer of cert-manager for mirrors that no other certificate is configured for. */
  readonly certificateIssuer?: IssuerReference | undefined;
  /** A ConfigMap whose `ca-certificates.crt` is trusted for upstreams, beside the usual CAs. */
  readonly caBundle?: string | undefined;
  /** Priority class of mirrors that name none. */
  readonly priorityClass?: string | undefined;
  /** Priority class of their node agents, where it is another one. */
  readonly nodeAgentPriorityClass?: string | undefined;
  /** Whether mirrors get a NetworkPolicy. */
  readonly hasNetworkPolicy: boolean;
  /** Account of the node agents; it may list and watch Services. */
  readonly nodeAgentServiceAccount: string;
  /** How long a mirror that goes waits for nodes that do not answer. */
  readonly nodeWithdrawalLimitMs: number;
}
