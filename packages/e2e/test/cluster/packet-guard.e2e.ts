import { describe, expect, test } from 'vitest';
import { keepArtefacts, sharedCluster } from '../support/on-cluster.ts';

describe('no packet of a node leaves this machine', () => {
  keepArtefacts();

  test.each([
    { what: 'an address that is public', address: '192.0.2.1' },
    { what: 'an address that is public, of IPv6', address: '[2001:db8::1]' },
    { what: 'an address of the pod network that is of no node', address: '10.244.250.1' },
    { what: 'an address of the pod network that is of no node, of IPv6', address: '[fd00:10:244:fa::1]' },
    { what: 'an address of the network of Services that no Service has', address: '10.96.255.254' },
    { what: 'an address of the network of Services that no Service has, of IPv6', address: '[fd00:10:96::fffe]' },
  ])('$what: connections are refused at once', async ({ address }) => {
    const { cluster } = await sharedCluster();
    for (const node of await cluster.nodes()) {
      const attempt = cluster.onNode(node, 'curl', '--silent', '--max-time', '5', `http://${address}/`);
      // 7: no connection; 28 would be the time limit.
      await expect(attempt).rejects.toThrow('ended with 7');
    }
  });
});
