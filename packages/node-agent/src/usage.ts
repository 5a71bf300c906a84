/** What `--help` prints. */
export const usage = `Usage: entrepot-node-agent [trusted-ca | withdraw]

Without arguments: keeps one name in the hosts file at the cluster IP of one Service, as mirror-hostess does.
  HOSTS_FILE               the file (default /etc/hosts)
  HOSTS_FILE_BACKUP        where it is copied to, once, before the first change (default /etc/hosts.backup)
  LOCK_FILE                locked while the file is read and written; its folder must exist, where LOCK_FILE.keeping is made
                           under KEEP_ON_EXIT (default /var/lock/mirror-hostess)
  SERVICE_NAME             the Service (default mirror-registry)
  SERVICE_NAMESPACE        its namespace (default default)
  SHADOW_FQDN              the name (default mirror-registry.example.com); one that nodes need themselves is refused
  CLUSTER_DOMAIN           the cluster's DNS domain, whose Services SHADOW_FQDN cannot be (default cluster.local)
  NODE_NAME                the node's name, which SHADOW_FQDN must not be (default: none but the host's)
  NODE_IP                  the node's address, which the Service cannot have (default: not known)
  SECONDS_BETWEEN_STREAMS  pause before watching again (default 30)
  HOSTS_CHECK_SECONDS      time between two looks whether the line is still there (default 5)
  KEEP_ON_EXIT             true: the line stays when the agent ends (default false)
The API server is found by KUBECONFIG, ~/.kube/config or the pod's service account.

trusted-ca: keeps certificates copied, as tls.crt and ca.crt, into folders where a container runtime looks for CAs; a ca.crt of
somebody else's stays.
  CA_SOURCE                file with certificates in PEM (default /source/tls.crt)
  CA_TARGETS               folders, separated by commas (default /target)
  CA_NAMES                 the name for each folder of which allow and deny speak, separated by commas (default: not asked)
  CA_SHA256                hex SHA-256 of the content that is to be in place: ready only with it (default: any)
  CA_CHECK_SECONDS         time between two looks (default 5)

withdraw: takes away, once, what the other two modes left, and nothing else; then idles.
  WITHDRAW_FQDNS           names whose lines to take out of HOSTS_FILE, under LOCK_FILE; separated by commas (default none);
                           those that nodes need themselves are passed over: by CLUSTER_DOMAIN, NODE_NAME, NODE_IP, and the
                           API server's certificate
  WITHDRAW_FOLDERS         folders to take tls.crt, and the ca.crt that is the same, out of; an empty folder goes as well
                           (default none)

All:
  HEALTH_PORT              where GET /readyz answers 200 or 503 with one line that says why (default: nowhere)
  POLICY_DIR               folder of the administrator's rules (default /etc/entrepot/policy):
                           halt: anything but false stops all writes to the node
                           allow, deny: names, or *.example.com, one a line, that alone or never are written; what was
                           written before stays until it is withdrawn
  LOG_LEVEL                DEBUG, INFO, WARNING, ERROR or CRITICAL (default WARNING)
  LOG_FORMAT               default %(asctime)s [%(levelname)s] %(message)s

Runs until SIGTERM or SIGINT. Exit codes: 0 ended as asked, 1 failed (or, without KEEP_ON_EXIT, ended by a signal and the
line withdrawn, as mirror-hostess does), 2 wrong arguments.
`;
