/** Kubernetes' words: who asked for what, and when; with `Request` what they sent, too. */
export type AuditLevel = 'Metadata' | 'Request';

/** What the three programs' arguments depend on; paths are absolute, ports on 127.0.0.1. */
export interface Layout {
  readonly directory: string;
  readonly ports: { readonly etcd: number; readonly etcdPeer: number; readonly apiServer: number };
  readonly serviceClusterIPRange: string;
  /** Names for --controllers, `*` and `-name` included. */
  readonly controllers: readonly string[];
  readonly audit: AuditLevel | undefined;
}

/** The file of the API server's audit log. */
export function auditLogOf({ directory }: Pick<Layout, 'directory'>): string {
  return `${directory}/kube-apiserver-audit.log`;
}

/**
 * Every request once, when it has been answered; a watch, when it has begun and when it has ended. What is in Secrets is
 * written nowhere.
 */
export function auditPolicy(level: AuditLevel): string {
  return JSON.stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', resources: [{ group: '', resources: ['secrets'] }] }, { level }],
  });
}

/** One member, reachable by this machine only. Nothing here must survive a power cut, so it does not wait for the disk. */
export function etcdArguments({ directory, ports }: Layout): readonly string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${directory}/etcd`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--unsafe-no-fsync',
  ];
}

/** Authorisation and admission as in a real cluster: RBAC, and service accounts with real tokens. */
export function apiServerArguments(layout: Layout): readonly string[] {
  const { directory, ports, serviceClusterIPRange, audit } = layout;
  return [
    ...(audit === undefined
      ? []
      : [`--audit-policy-file=${directory}/audit-policy.json`, `--audit-log-path=${auditLogOf(layout)}`]),
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.apiServer}`,
    // Endpoints must not hold loopback addresses, so none are published for the Service `kubernetes`.
    '--endpoint-reconciler-type=none',
    `--service-cluster-ip-range=${serviceClusterIPRange}`,
    `--tls-cert-file=${directory}/server.crt`,
    `--tls-private-key-file=${directory}/server.key`,
    `--client-ca-file=${directory}/ca.crt`,
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${directory}/service-accounts.key`,
    `--service-account-key-file=${directory}/service-accounts.pub`,
  ];
}

/** Garbage collection, namespaces, service accounts and workloads; without leader election, there is only this one. */
export function controllerManagerArguments({ directory, controllers }: Layout): readonly string[] {
  return [
    `--kubeconfig=${directory}/controller-manager.kubeconfig`,
    // Of claims and volumes some changes are only seen when all are looked at: every 15 seconds by default.
    '--pvclaimbinder-sync-period=1s',
    `--controllers=${controllers.join(',')}`,
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${directory}/service-accounts.key`,
    `--root-ca-file=${directory}/ca.crt`,
    '--leader-elect=false',
    '--secure-port=0',
    // Meant for many nodes; here nobody else asks, and tests wait for it.
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    // An EndpointSlice follows its pods at once, not in batches.
    '--endpointslice-updates-batch-period=0s',
  ];
}
