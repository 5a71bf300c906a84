/** What `--help` prints. */
export const usage = `Usage: entrepot-node-agent [trusted-ca]

Without arguments: keeps one name in the hosts file at the cluster IP of one Service, as mirror-hostess does.
  HOSTS_FILE               the file (default /etc/hosts)
  HOSTS_FILE_BACKUP        where it is copied to, once, before the first change (default /etc/hosts.backup)
  LOCK_FILE                locked while the file is read and written; its folder must exist
                           (default /var/lock/mirror-hostess)
  SERVICE_NAME             the Service (default mirror-registry)
  SERVICE_NAMESPACE        its namespace (default default)
  SHADOW_FQDN              the name (default mirror-registry.example.com); one that nodes need themselves is refused
  NODE_NAME                the node's name, which SHADOW_FQDN must not be (default: none but the host's)
  SECONDS_BETWEEN_STREAMS  pause before watching again (default 30)
  HOSTS_CHECK_SECONDS      time between two looks whether the line is still there (default 5)
  KEEP_ON_EXIT             true: the line stays when the agent ends (default false)
The API server is found by KUBECONFIG, ~/.kube/config or the pod's service account.

trusted-ca: keeps certificates copied, as tls.crt and ca.crt, into folders where a container runtime looks for CAs.
  CA_SOURCE                file with certificates in PEM (default /source/tls.crt)
  CA_TARGETS               folders, separated by commas (default /target)
  CA_CHECK_SECONDS         time between two looks (default 5)

Both:
  LOG_LEVEL                DEBUG, INFO, WARNING, ERROR or CRITICAL (default WARNING)
  LOG_FORMAT               default %(asctime)s [%(levelname)s] %(message)s

Runs until SIGTERM or SIGINT. Exit codes: 0 ended as asked, 1 failed (or, without KEEP_ON_EXIT, ended by a signal and the
line withdrawn, as mirror-hostess does), 2 wrong arguments.
`;
