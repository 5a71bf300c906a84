import { hostname } from 'node:os';
import { ApiError, isConflict, type KubeClient, type KubernetesObject } from '@entrepot/kube';
import { nodeKind } from './kinds.ts';

/** Only loopback: nobody else can reach the node. */
export const nodeAddress = '127.0.0.1';

const capacity = { cpu: '64', memory: '256Gi', pods: '1000' };

/** Makes the Node exist, ready and without taints. The DaemonSet controller then makes pods for it. */
export async function registerNode(client: KubeClient, name: string, signal: AbortSignal): Promise<void> {
  const node: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
  };
  await client.create(node, {}, signal).catch((error: unknown) => {
    if (!isConflict(error)) throw error;
  });
  // Admission taints every new node as not ready; the controller that would take it away looks at heartbeats.
  await client.patch(nodeKind, { name }, { spec: { taints: null } }, { type: 'merge' }, signal);
  const now = new Date().toISOString();
  const status = {
    capacity,
    allocatable: capacity,
    addresses: [
      { type: 'InternalIP', address: nodeAddress },
      { type: 'Hostname', address: hostname() },
    ],
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'NodeRuns',
        message: '',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      },
    ],
  };
  await client.patch(nodeKind, { name }, { status }, { type: 'merge', subresource: 'status' }, signal);
}

/** Takes the Node away, if the API server is still there to be told. */
export async function unregisterNode(client: KubeClient, name: string): Promise<void> {
  await client.delete(nodeKind, { name }, {}, AbortSignal.timeout(2_000)).catch((error: unknown) => {
    if (error instanceof ApiError) throw error;
  });
}
