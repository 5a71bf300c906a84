import type { Cluster } from '../../src/cluster/cluster.ts';
import { namespace } from '../../src/install-operator.ts';
import { allNodesMs, awaited } from './on-cluster.ts';

/** Applies a RegistryMirror; done when it is Ready. */
export async function applyMirror(cluster: Cluster, name: string, spec: object): Promise<void> {
  await cluster.apply({ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', metadata: { name }, spec });
  await untilMirrorReady(cluster, name);
}

/** Done when the mirror is Ready, and all pods that say so are. */
export async function untilMirrorReady(cluster: Cluster, name: string): Promise<void> {
  await untilCondition(cluster, name, 'Ready', /^True /);
}

/** Done when what a mirror's present spec came to is said by this condition: `False Conflict: …`. Returns what it says. */
export async function untilCondition(cluster: Cluster, name: string, type: string, wanted: RegExp): Promise<string> {
  let said = '';
  const missing = async (): Promise<string | undefined> => {
    said = await conditionOf(cluster, name, type);
    return wanted.test(said) ? undefined : said;
  };
  await awaited(`mirror ${name} is ${type}: ${wanted.source}`, missing, allNodesMs);
  return said;
}

async function conditionOf(cluster: Cluster, name: string, type: string): Promise<string> {
  const condition = `{.status.conditions[?(@.type=="${type}")]`;
  const words = `${condition}.observedGeneration} ${condition}.status} ${condition}.reason}: ${condition}.message}`;
  const object = ['get', 'registrymirror', name, '-o'];
  const [generation = '', ...said] = (
    await cluster.kubectl([...object, `jsonpath={.metadata.generation} ${words}`])
  ).split(' ');
  return said[0] === generation ? said.slice(1).join(' ') : `nothing of generation ${generation} yet`;
}

/** Takes mirrors away, and the volumes that outlive them; done when others can have those. */
export async function removeMirrors(cluster: Cluster, ...names: readonly string[]): Promise<void> {
  await cluster.kubectl(['delete', 'registrymirrors', ...names, '--ignore-not-found', '--timeout=180s']);
  const theirs = ['-n', namespace, '-l', `mirror in (${names.join()})`];
  // A claim stays for as long as a pod has it, and a pod that is told to stop goes on serving for a while.
  await cluster.kubectl(['delete', 'pods', ...theirs, '--force', '--grace-period=0']);
  await cluster.kubectl(['delete', 'pvc', ...theirs, '--timeout=180s']);
  const isTheirs = (claim: string): boolean =>
    names.some((name) => claim.replace(/-\d+$/, '') === `image-store-registry-mirror-${name}`);
  await awaited('volumes are released', async () => {
    const bound = '{.items[?(@.status.phase=="Bound")].spec.claimRef.name}';
    return (await cluster.kubectl(['get', 'pv', '-o', `jsonpath=${bound}`])).split(' ').find(isTheirs);
  });
  await cluster.renewVolumes(isTheirs);
}

/** Changes some of a mirror's spec. */
export async function patchMirror(cluster: Cluster, name: string, spec: object): Promise<void> {
  await cluster.kubectl(['patch', 'registrymirror', name, '--type=merge', '--patch', JSON.stringify({ spec })]);
}

/** The pods that a mirror's Service sends new connections to, by their addresses. */
export async function endpointsOf(cluster: Cluster, name: string): Promise<readonly string[]> {
  const ready = '{.items[*].endpoints[?(@.conditions.ready==true)].addresses[0]}';
  const slices = ['endpointslices', '-l', `kubernetes.io/service-name=registry-mirror-${name}`];
  const addresses = await cluster.kubectl(['-n', namespace, 'get', ...slices, '-o', `jsonpath=${ready}`]);
  return addresses.split(' ').filter(Boolean);
}

/** The requests that a mirror has answered, by nginx's log: `GET /v2/team/app/manifests/1 200`. */
export async function answeredBy(cluster: Cluster, mirror: string): Promise<readonly string[]> {
  const pod = ['-n', namespace, 'logs', '-l', `mirror=${mirror},component=registry`];
  const log = await cluster.kubectl([...pod, '-c', 'registry', '--tail=-1']);
  const field = (line: string, name: string): string => new RegExp(`"${name}":"?([^",]*)`).exec(line)?.[1] ?? '?';
  const answers = log.split('\n').filter((line) => line.includes('"http.response.status-code"'));
  return answers.map((line) =>
    ['method', 'uri']
      .map((name) => field(line, `http.request.${name}`))
      .concat(field(line, 'http.response.status-code'))
      .join(' '),
  );
}

/** The digest that a mirror answers for an image, asked by a node as its container runtime does. */
export async function resolvedBy(cluster: Cluster, node: string, image: string): Promise<string> {
  const [, host = '', repository = '', tag = ''] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? [];
  const accept =
    'Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json';
  const trust = ['--cacert', `/etc/docker/certs.d/${host}/ca.crt`];
  const url = `https://${host}/v2/${repository}/manifests/${tag}`;
  const headers = await cluster.onNode(node, 'curl', '--silent', '--fail', '--head', ...trust, '--header', accept, url);
  return /^docker-content-digest: (\S+)/im.exec(headers)?.[1] ?? headers;
}

/** The status that a mirror answers a node with: `mirror.example.test/v2/team/app/manifests/1`. */
export function statusOf(cluster: Cluster, node: string, url: string): Promise<string> {
  const trust = ['--cacert', `/etc/docker/certs.d/${url.replace(/\/.*/, '')}/ca.crt`];
  const print = ['--output', '/dev/null', '--write-out', '%{http_code}'];
  return cluster.onNode(node, 'curl', '--silent', ...trust, ...print, `https://${url}`);
}

/** Has kubelets bring changed Secrets to a mirror's pods: they do so when a pod changes, and else about once a minute. */
export async function hurryKubelets(cluster: Cluster, mirror: string): Promise<void> {
  const pods = ['-n', namespace, 'annotate', 'pods', '-l', `mirror=${mirror},component=registry`];
  await cluster.kubectl([...pods, '--overwrite', `test/looked-at=${Date.now()}`]);
}

/** The certificate that a mirror serves a node with, PEM text. Fails where the node does not trust it. */
export function servedCertificate(cluster: Cluster, node: string, host: string): Promise<string> {
  const trust = ['--cacert', `/etc/docker/certs.d/${host}/ca.crt`];
  const print = ['--output', '/dev/null', '--write-out', '%{certs}'];
  return cluster.onNode(node, 'curl', '--silent', '--show-error', ...trust, ...print, `https://${host}/v2/`);
}

/** The blobs of a repository in a mirror's store, as they lie on the disks of the nodes. */
export async function storedBlobs(cluster: Cluster, repository: string): Promise<readonly string[]> {
  const found = await Promise.all(
    (await cluster.nodes()).map((node) =>
      cluster.onNode(node, 'find', '/var/local-volumes', '-path', `*/repos/*/${repository}/*`, '-type', 'f'),
    ),
  );
  return found
    .flatMap((lines) => lines.split('\n'))
    .map((path) => path.split('/').at(-1) ?? '')
    .filter(Boolean);
}
