import { Controller, Informer, KubeClient, loadConnection, Manager } from '../../src/index.ts';
import { impatient } from './chaos-run.ts';

// Everything in it that is called by the runtime fails, each in its own way. Prints the names of the objects it was told of.
const [kubeconfig = '', namespace = ''] = process.argv.slice(2);
const client = new KubeClient(await loadConnection({ kubeconfig }), impatient);
const informer = new Informer({ client, kind: { group: '', version: 'v1', kind: 'ConfigMap' }, namespace });
informer.onChange(() => {
  throw new Error('a listener throws');
});
informer.onChange(async () => Promise.reject(new Error('a listener rejects')));
const fails = new Controller({
  name: 'fails',
  reconcile: async () => Promise.reject(new Error('a reconcile rejects')),
});
const throws = new Controller({
  name: 'throws',
  reconcile: () => {
    throw new Error('a reconcile throws');
  },
});
for (const controller of [fails, throws]) controller.watch(informer, ({ metadata }) => [metadata.name]);
throws.watch(informer, () => {
  throw new Error('a mapping to keys throws');
});
informer.onChange(({ type, object }) => {
  process.stdout.write(`${type} ${object.metadata.name}\n`);
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
await new Manager({ drainMs: 500 }).add(informer, fails, throws).run(stop.signal);
await client.close();
