import { Controller, Informer, KubeClient, LeaderElection, loadConnection, Manager } from '../../src/index.ts';

// A program that embeds a controller: it ends the controller after its first reconciles, and has nothing else to do.
const [kubeconfig = '', namespace = ''] = process.argv.slice(2);
const client = new KubeClient(await loadConnection({ kubeconfig }));
const informer = new Informer({ client, kind: { group: '', version: 'v1', kind: 'ConfigMap' }, namespace });
const stop = new AbortController();
const keys = new Set(['looked at tomorrow', 'fails']);
const controller = new Controller({
  name: 'embedded',
  async reconcile(key) {
    keys.delete(key);
    if (keys.size === 0) stop.abort();
    if (key === 'fails') throw new Error('tried again later');
    return { requeueAfterMs: 24 * 3_600_000 };
  },
});
for (const key of keys) controller.enqueue(key);
const leaderElection = new LeaderElection({ client, namespace, name: 'embedded', identity: 'embedder' });
await new Manager({ leaderElection, health: { port: 0, host: '127.0.0.1' } })
  .add(informer, controller)
  .run(stop.signal);
await client.close();
process.stdout.write('the controller has ended\n');
