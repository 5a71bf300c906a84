import { eventually } from '@entrepot/control-plane';
import { Informer, type KubernetesObject } from '@entrepot/kube';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Service, StatefulSet } from '../../src/index.ts';
import { fastClock } from '../support/fast-clock.ts';
import { Cluster } from '../support/operator.ts';

const name = 'registry-mirror-quay';
const labels = { app: 'docker-registry', mirror: 'quay' };
const serviceShape = z.looseObject({ spec: z.looseObject({ selector: z.record(z.string(), z.string()) }) });
const serverShape = z.looseObject({
  metadata: z.looseObject({ generation: z.number() }),
  spec: z.looseObject({
    updateStrategy: z.looseObject({ rollingUpdate: z.looseObject({ partition: z.number() }).optional() }),
    template: z.looseObject({ spec: z.looseObject({ containers: z.array(z.looseObject({ name: z.string() })) }) }),
  }),
});

let cluster: Cluster;
const stop = new AbortController();

beforeEach(async () => {
  cluster = await Cluster.connect();
});
afterEach(async () => {
  stop.abort();
  await cluster.leave();
});

test('pods of mirror-operator are replaced one after the other, while others serve, also when another operator takes over', async () => {
  const { uid = '' } = (await cluster.mirror('quay', { upstreamUrl: 'quay.io' })).metadata;
  await left(uid);
  await pods({ updatedReplicas: 0, readyReplicas: 2 });
  const changes = await followed();
  const operator = await cluster.operator(undefined, {}, { clock: fastClock });
  await eventually(() => expect(changes().at(-1)).toBe('registry, fetcher from 1'));

  await operator.stop();
  await pods({ updatedReplicas: 1, readyReplicas: 2 });
  await cluster.operator(undefined, {}, { clock: fastClock });
  await eventually(() => expect(changes().at(-1)).toBe('registry, fetcher from 0'));

  await pods({ updatedReplicas: 2, readyReplicas: 2 });
  await eventually(() => expect(changes().at(-1)).toBe('all serve'));
  expect(changes()).toEqual([
    'all serve',
    'registry from 0',
    'registry-mirror-quay-0 serves',
    'registry, fetcher from 2',
    'registry, fetcher from 1',
    'registry-mirror-quay-1 serves',
    'registry, fetcher from 0',
    'all serve',
  ]);
});

/** The StatefulSet and the Service that mirror-operator left, as far as it matters here. */
async function left(uid: string): Promise<void> {
  const ownerReferences = [{ apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid }];
  const metadata = { namespace: cluster.namespace, name, labels, ownerReferences };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'registry', image: 'theirs' }] } };
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } };
  await cluster.client.create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ name: 'https', port: 443, targetPort: 'https' }], selector: labels },
  });
  await cluster.client.create({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      replicas: 2,
      serviceName: `${name}-headless`,
      selector: { matchLabels: labels },
      template,
      volumeClaimTemplates: [{ metadata: { name: 'image-store' }, spec: claim }],
    },
  });
}

/** Says, in place of kubelets and of the StatefulSet's controller, how many pods are new and ready. */
async function pods(status: { readonly updatedReplicas: number; readonly readyReplicas: number }): Promise<void> {
  const { metadata } = serverShape.parse(await cluster.client.get(StatefulSet, { namespace: cluster.namespace, name }));
  await cluster.setReady(StatefulSet, name, { replicas: 2, observedGeneration: metadata.generation, ...status });
}

/** Every change of what is wanted of pods, and of who is sent connections, in its order. */
async function followed(): Promise<() => readonly string[]> {
  const seen = new Map<number, string>();
  for (const [kind, told] of [
    [Service, serving],
    [StatefulSet, wanted],
  ] as const) {
    const informer = new Informer({ client: cluster.client, kind, namespace: cluster.namespace });
    // One etcd counts the writes of all kinds.
    informer.onChange(({ object }) => {
      if (object.metadata.name === name) seen.set(Number(object.metadata.resourceVersion), told(object));
    });
    void informer.run(stop.signal);
    await eventually(() => expect(informer.store.resourceVersion).toBeDefined());
  }
  return () => {
    const inOrder = [...seen].toSorted(([one], [other]) => one - other).map(([, text]) => text);
    const isNews = (text: string, at: number): boolean => {
      const isOfService = (other: string): boolean => /serves?$/.test(other) === /serves?$/.test(text);
      return inOrder.slice(0, at).findLast(isOfService) !== text;
    };
    return inOrder.filter(isNews);
  };
}

/** The containers of the pods, and the ordinal from which such pods replace others. */
function wanted(object: KubernetesObject): string {
  const { template, updateStrategy } = serverShape.parse(object).spec;
  const containers = template.spec.containers.map((container) => container.name).join(', ');
  return `${containers} from ${updateStrategy.rollingUpdate?.partition ?? 0}`;
}

function serving(object: KubernetesObject): string {
  const one = serviceShape.parse(object).spec.selector['statefulset.kubernetes.io/pod-name'];
  return one === undefined ? 'all serve' : `${one} serves`;
}
