import type { ApiProxy } from './api-proxy.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditLevel } from './program-arguments.ts';
import type { Progress } from './progress.ts';

/** All optional; the defaults suit tests. */
export interface ControlPlaneOptions {
  /** Where data, certificates and logs go: absent or empty. It is removed at the end. Default: a temporary folder. */
  readonly directory?: string;
  /** Loopback addresses by default, so that one can listen on a Service's clusterIP. */
  readonly serviceClusterIPRange?: string;
  /** For kube-controller-manager's --controllers. Default: all, but those that judge and evict by a node's health. */
  readonly controllers?: readonly string[];
  /** What the API server writes down of every request that it answered, for `audit`. Default: nothing. */
  readonly audit?: AuditLevel;
  /** Told of downloads and builds; nothing is printed otherwise. */
  readonly onProgress?: Progress;
}

/** A running etcd, kube-apiserver and kube-controller-manager of one's own. */
export interface ControlPlane {
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  /** A kubeconfig file of a user who may do everything. */
  readonly kubeconfig: string;
  /** The path of a kubectl of the same version. */
  readonly kubectl: string;
  /** Data, certificates and logs (`etcd.log`, `kube-apiserver.log`, `kube-controller-manager.log`). */
  readonly directory: string;
  /** Who asked for what, and when, where the option `audit` says so. */
  readonly audit: AuditLog;
  readonly serviceClusterIPRange: string;
  /** Writes a kubeconfig file for this user, who may do what RBAC grants to the name or the groups; returns its path. */
  kubeconfigFor(user: string, groups?: readonly string[]): Promise<string>;
  /** Ends the API server, keeps it away for `awayMs` (default 0) and starts it again on the same port with the same data. */
  restartApiServer(awayMs?: number): Promise<void>;
  /** A proxy before the API server that can do harm to its clients, and a kubeconfig file of those. Both end with the control plane. */
  startProxy(): Promise<{ readonly proxy: ApiProxy; readonly kubeconfig: string }>;
  /** Ends all three, waits until their ports are free, removes the folder. */
  stop(): Promise<void>;
}
