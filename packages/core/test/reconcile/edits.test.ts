import { eventually } from '@entrepot/control-plane';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DaemonSet, Service } from '../../src/index.ts';
import { Cluster } from '../support/operator.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => cluster.leave());

const service = 'registry-mirror-quay';
const spec = async () => (await cluster.client.get(Service, { namespace: cluster.namespace, name: service }))?.['spec'];

test('the ports of a Service that somebody edited are put back, and it keeps its address', async () => {
  await cluster.operator();
  await cluster.mirror('quay', { upstreamUrl: 'quay.io', addressing: [{ type: 'hosts' }] });
  await eventually(async () => expect(await cluster.names(DaemonSet)).toEqual([`${service}-utils`]));
  const before = await spec();
  for (const port of [
    { name: 'https', port: 8443, protocol: 'TCP', targetPort: 'https' },
    { name: 'https', port: 443, protocol: 'TCP', targetPort: 8443 },
  ]) {
    const edited = await cluster.client.patch(
      Service,
      { namespace: cluster.namespace, name: service },
      { spec: { ports: [port] } },
      { type: 'merge', fieldManager: 'kubectl-edit' },
    );
    expect(edited['spec']).not.toEqual(before);
    await eventually(async () => expect(await spec()).toEqual(before));
  }
});
