import { formerServices, formerWorkloads, PythonClient, userAgents, type FormerMirror } from '@entrepot/testkit';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import type { ProductImages } from '../../src/product-images/product-images.ts';
import { awaited } from './on-cluster.ts';

const group = 'k8s.osp.tech';
const account = { name: 'mirror-hostess', namespace };
const rbac = 'rbac.authorization.k8s.io';

/** What is applied by kubectl before mirror-operator is started: nobody but kubectl knows of it. */
const prerequisites: readonly object[] = [
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `registrymirrors.${group}` },
    spec: {
      group,
      names: {
        kind: 'RegistryMirror',
        listKind: 'RegistryMirrorList',
        plural: 'registrymirrors',
        singular: 'registrymirror',
      },
      scope: 'Cluster',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: account,
    rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list', 'watch'] }],
  },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: account,
    roleRef: { apiGroup: rbac, kind: 'Role', name: account.name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  },
];

/** A mirror that mirror-operator is to have made. */
export interface FormerInstallation {
  readonly name: string;
  readonly upstreamUrl: string;
  readonly masqueradeUrl: string;
  /** The ConfigMap with authorities of upstreams. */
  readonly caBundle: string;
}

/**
 * Leaves on the cluster what mirror-operator and mirror-hostess leave: what was applied before them, a RegistryMirror, objects as
 * their client writes them, a line in the hosts file of each worker, and pods that serve. Done when they are ready.
 */
export async function installFormer(
  cluster: Cluster,
  images: ProductImages,
  { name, upstreamUrl, masqueradeUrl, caBundle }: FormerInstallation,
): Promise<void> {
  await cluster.apply(...prerequisites);
  await cluster.kubectl(['wait', '--for=condition=Established', `crd/registrymirrors.${group}`]);
  const spec = { upstreamUrl, masqueradeUrl };
  await cluster.apply({ apiVersion: `${group}/v1`, kind: 'RegistryMirror', metadata: { name }, spec });
  const python = await PythonClient.connect(cluster.address.kubeconfig, userAgents.now);
  const uid = await cluster.kubectl(['get', 'registrymirror', name, '-o', 'jsonpath={.metadata.uid}']);
  const mirror = { apiVersion: `${group}/v1`, kind: 'RegistryMirror', metadata: { name, uid } };
  const former = { mirror, namespace, masqueradeUrl, scheme: 'hostess', clusterIP: '', caBundle } as const;
  const config = proxyConfig(upstreamUrl, masqueradeUrl);
  try {
    await python.createOrReplace(formerServices(former));
    await writeHostsLines(cluster, name, masqueradeUrl);
    await python.createOrReplace(formerWorkloads({ ...former, config, standIns: standIns(images) }));
  } finally {
    await python.close();
  }
  await awaited(`the pods of mirror-operator's ${name} are ready`, async () => {
    const ready = 'jsonpath={.items[*].status.readyReplicas} {.items[*].status.numberReady}';
    const workloads = ['-n', namespace, 'get', 'statefulsets,daemonsets', '-l', `mirror=${name}`];
    const said = await cluster.kubectl([...workloads, '-o', ready]);
    return said === '2 2' ? undefined : said;
  });
}

/** Appends the lines as mirror-hostess does. */
async function writeHostsLines(cluster: Cluster, name: string, masqueradeUrl: string): Promise<void> {
  const service = ['-n', namespace, 'get', 'service', `registry-mirror-${name}`];
  const address = await cluster.kubectl([...service, '-o', 'jsonpath={.spec.clusterIP}']);
  for (const node of (await cluster.nodes()).slice(1)) {
    await cluster.onNode(node, 'sh', '-c', `printf '%s\\t%s\\n' ${address} ${masqueradeUrl} >>/etc/hosts`);
  }
}

/** What mirror-operator's images do, by ours: nginx's may have no users and no program for the liveness probe. */
function standIns(images: ProductImages): FormerMirror['standIns'] & object {
  const script = (text: string): object => ({
    image: images['node-agent'],
    command: ['/nodejs/bin/node', '--eval', `const { copyFileSync, writeFileSync } = require('fs'); ${text}`],
    args: [],
  });
  const copy = (from: string, to: string): string => `copyFileSync('${from}', '${to}');`;
  const bundle = 'ca-certificates.crt';
  const config = 'default.conf';
  const users = { passwd: 'root:x:0:0:root:/:/bin/false', group: 'root:x:0:' };
  const written = Object.entries(users).map(([file, line]) => `writeFileSync('/etc/nginx/conf.d/${file}', '${line}');`);
  return {
    'generate-ca-certs': script(copy(`/etc/upstream-certs/${bundle}`, `/etc/shared-certs/${bundle}`)),
    'get-nameservers': script(
      `${copy(`/etc/nginx/conf.d_secret/${config}`, `/etc/nginx/conf.d/${config}`)} ${written.join(' ')}`,
    ),
    registry: {
      image: images.nginx,
      command: ['nginx', '-e', 'stderr', '-c', `/etc/nginx/conf.d/${config}`, '-g', 'daemon off;'],
      volumeMounts: Object.keys(users).map((file) => ({
        name: 'nginx-config-edited',
        mountPath: `/etc/${file}`,
        subPath: file,
      })),
      livenessProbe: { tcpSocket: { port: 5000 }, initialDelaySeconds: 60, periodSeconds: 60 },
    },
    // Like the original it takes its line away when it is stopped.
    'mirror-hostess': { image: images['node-agent'], command: ['python', '-u', '/app/hostess.py'] },
    'certificate-installation': script(
      `${copy('/source/tls.crt', '/target/tls.crt')} setInterval(() => {}, 3_600_000);`,
    ),
  };
}

/** A caching proxy as mirror-operator configures it, with all that nginx's image would have around it. */
function proxyConfig(upstreamUrl: string, masqueradeUrl: string): string {
  return `user root;
pid /var/run/nginx.pid;
events {}
http {
  access_log /dev/stdout;
  proxy_cache_path /var/lib/registry levels=1:2 inactive=7d keys_zone=cache:10m max_size=17g;
  server {
    listen 5000 ssl;
    ssl_certificate /etc/registry-certs/tls.crt;
    ssl_certificate_key /etc/registry-certs/tls.key;
    location = /health-check {
      return 200;
    }
    location / {
      limit_except GET {
        deny all;
      }
      rewrite ^/v2/${masqueradeUrl}/(.*)$ /v2/$1 break;
      proxy_cache cache;
      proxy_cache_valid 200 301 302 7d;
      proxy_set_header Host ${upstreamUrl};
      proxy_ssl_verify on;
      proxy_ssl_verify_depth 9;
      proxy_ssl_trusted_certificate /etc/shared-certs/ca-certificates.crt;
      proxy_pass https://${upstreamUrl};
    }
  }
}
`;
}
