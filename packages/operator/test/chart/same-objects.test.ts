import type { KubernetesObject } from '@entrepot/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readValues } from '../../src/chart/read-values.ts';
import { run } from '../../src/cli/run.ts';
import { readObjects } from '../../src/render/read-objects.ts';
import { fixtures } from '../cli/run-program.ts';
import { TestCluster } from '../operator/test-cluster.ts';
import { Helm } from './helm.ts';
import { valuesCases } from './values-cases.ts';

let helm: Helm;
let cluster: TestCluster;

beforeAll(async () => {
  helm = await Helm.find();
  cluster = await TestCluster.start();
  for (const name of ['mirrors', 'kube-extra', 'imageswap-system']) {
    await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
}, 900_000);
afterAll(async () => {
  helm.dispose();
  await cluster.stop();
});

/** What `entrepot manifests` prints; a file named `-` stands for these values. */
async function manifests(words: readonly string[], values: object = {}): Promise<string> {
  let out = '';
  let said = '';
  const code = await run(['manifests', ...words], {
    environment: {},
    folder: fixtures,
    signal: AbortSignal.timeout(30_000),
    readStdin: () => Promise.resolve(Buffer.from(JSON.stringify(values))),
    out: (text) => (out += text),
    say: (text) => (said += text),
  });
  if (code !== 0) throw new Error(said);
  return out;
}

/** In one order, each with its name first: what differs is easily found. */
function listed(objects: readonly KubernetesObject[]): Readonly<Record<string, KubernetesObject>> {
  const named = objects.map(
    (object) => [`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object] as const,
  );
  return Object.fromEntries(named.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

describe('the chart and `entrepot manifests` make the same objects of', () => {
  test.each(valuesCases)('$title', async ({ namespace = 'mirrors', values, flags }) => {
    const ofChart = await helm.template(namespace, values);
    const words = ['--namespace', namespace, '-o', 'json', ...(flags ?? ['--values', '-'])];
    const printed = readObjects(await manifests(words, values), 'manifests').map(({ object }) => object);
    const ofCommand = printed.filter(({ kind }) => kind !== 'Namespace');
    expect(listed(ofCommand)).toEqual(listed(ofChart));
    expect(ofCommand).toHaveLength(ofChart.length);
  });
});

describe('a real API server takes, field by field, what the chart makes of', () => {
  test.each(valuesCases)('$title', async ({ namespace = 'mirrors', values }) => {
    const refused: string[] = [];
    for (const object of await helm.template(namespace, values)) {
      const options = { fieldManager: 'helm', force: true, dryRun: true } as const;
      await cluster.client.apply(object, options).catch((error: unknown) => refused.push(String(error)));
    }
    expect(refused).toEqual([]);
  });
});

test.each(valuesCases.filter(({ flags }) => flags !== undefined))(
  'as values, `entrepot manifests` prints what to give the chart for $title',
  async ({ namespace = 'mirrors', values, flags = [] }) => {
    const printed = readValues(await manifests([...flags, '-o', 'values']), 'values');
    expect(listed(await helm.template(namespace, printed))).toEqual(listed(await helm.template(namespace, values)));
  },
);
