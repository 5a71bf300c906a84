import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '@entrepot/control-plane';
import { KubeClient, loadConnection } from '@entrepot/kube';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { RunningAgent, temporaryFolder } from './running-agent.ts';

const serviceKind = { group: '', version: 'v1', kind: 'Service' };
/** What the hosts file of a node holds at first. */
export const pristine = '# the node\n127.0.0.1       localhost\n::1 localhost';

/** Starts a real API server for the tests of a file, and gives what makes nodes and Services there. */
export function useCluster() {
  let cluster: ControlPlane;
  let client: KubeClient;
  const agents: RunningAgent[] = [];

  beforeAll(async () => {
    cluster = await startControlPlane();
    client = new KubeClient(await loadConnection({ kubeconfig: cluster.kubeconfig }));
  }, 120_000);

  afterAll(async () => {
    await client?.close();
    await cluster?.stop();
  });

  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.stop('SIGKILL')));
  });

  /** A node: a folder with a hosts file, and agents started on it. */
  function node() {
    const folder = temporaryFolder();
    const hosts = join(folder, 'hosts');
    writeFileSync(hosts, pristine);
    const environment = {
      KUBECONFIG: cluster.kubeconfig,
      HOSTS_FILE: hosts,
      HOSTS_FILE_BACKUP: join(folder, 'backup'),
      LOCK_FILE: join(folder, 'lock'),
      SECONDS_BETWEEN_STREAMS: '0.1',
      POLICY_DIR: join(folder, 'policy'),
      LOG_LEVEL: 'INFO',
    };
    return {
      folder,
      hosts,
      backup: environment.HOSTS_FILE_BACKUP,
      lock: environment.LOCK_FILE,
      agent: async (
        service: string,
        fqdn: string,
        more: Readonly<Record<string, string>> = {},
      ): Promise<RunningAgent> => {
        const agent = await RunningAgent.start({ ...environment, SERVICE_NAME: service, SHADOW_FQDN: fqdn, ...more });
        agents.push(agent);
        return agent;
      },
      read: () => readFileSync(hosts, 'utf8'),
    };
  }

  async function createService(name: string, clusterIP?: string, more: object = {}): Promise<void> {
    const spec = { ports: [{ port: 443 }], ...(clusterIP !== undefined && { clusterIP }), ...more };
    await client.create({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec });
  }

  /** A cluster IP cannot be changed; a Service of the same name can have another. */
  async function changeAddress(name: string, clusterIP: string): Promise<void> {
    await deleteService(name);
    await createService(name, clusterIP);
  }

  const deleteService = (name: string) => client.delete(serviceKind, { namespace: 'default', name });

  /** Says of a Service's agents, in place of the operator, whether former ones may be beside them. */
  async function setOverlapping(name: string, isOverlapping: boolean): Promise<void> {
    const annotations = { 'entrepot/overlapping-agents': isOverlapping ? 'true' : null };
    await client.patch(serviceKind, { namespace: 'default', name }, { metadata: { annotations } }, { type: 'merge' });
  }

  return { cluster: () => cluster, node, createService, deleteService, changeAddress, setOverlapping };
}

/** The hosts file with a line of ours. */
export const line = (ip: string, name: string): string => `${pristine}\n${ip}\t${name}\n`;
