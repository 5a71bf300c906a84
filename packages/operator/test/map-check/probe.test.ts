import { rm, writeFile } from 'node:fs/promises';
import { ConfigMap, RegistryMirror } from '@entrepot/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { entrepot, type Ended } from '../cli/run-program.ts';
import { TestCluster } from '../operator/test-cluster.ts';
import { OldPod } from './old-pod.ts';

const namespace = 'mirrors';
const key = { namespace: 'imageswap-system', name: 'imageswap-maps' };
const python = ['/usr/local/bin/python', '/app/mirroroperator/operator.py'];
const services = { NAMESPACE: namespace, ADDRESSING_SCHEME: 'services', IMAGESWAP_NAMESPACE: key.namespace };
const block = (lines: string) => `# entrepot begin imageswap\n${lines}# entrepot end imageswap\n`;
const emptyMap = block('default::\n');

let cluster: TestCluster;
let pod: OldPod;

beforeAll(async () => {
  cluster = await TestCluster.start();
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: key.namespace } });
  const settings = ['--addressing-scheme', 'services', '--imageswap-namespace', key.namespace];
  await cluster.apply((await entrepot(['manifests', '--namespace', namespace, ...settings])).out);
  pod = await OldPod.create(cluster, namespace, 'entrepot-operator');
}, 900_000);

afterAll(async () => {
  await pod.remove();
  await cluster.stop();
});

beforeEach(async () => {
  await rm(pod.stateFile, { force: true });
  await cluster.client.delete(ConfigMap, key);
  await cluster.client.delete(ConfigMap, { namespace, name: 'entrepot-inventory' });
});

const mapText = async () => {
  const map = await cluster.client.get(ConfigMap, key);
  return map?.['data'];
};
const edit = async (text: string | null, labels = {}) =>
  cluster.client.patch(ConfigMap, key, { metadata: { labels }, data: { maps: text } }, { type: 'merge' });
const update = async () => pod.run([...python, '--map-update'], services);
/** Asks again, as probes do, when the machine was too busy to tell in time. */
const check = async (environment: Readonly<Record<string, string>> = services): Promise<Ended> => {
  const ended = await pod.run([...python, '--map-check'], environment);
  return ended.said.includes('cannot be told: The operation was aborted') ? check(environment) : ended;
};

describe("mirror-operator's command line, in a pod with the rights of our manifests,", () => {
  test('writes the map once, and then finds it as it was written', async () => {
    expect(await update()).toEqual({
      code: 0,
      out: '',
      said: 'the map in ConfigMap imageswap-system/imageswap-maps is written\n',
    });
    expect(await mapText()).toEqual({ maps: emptyMap });
    const { code, said } = await check();
    expect(code).toBe(0);
    expect(said).toBe('key maps of ConfigMap imageswap-system/imageswap-maps is as the operator last wrote it\n');
  });

  test('does not care for lines, keys and labels of others', async () => {
    await update();
    await edit(`[EXACT]a::b\n${emptyMap}c.io::d.io\n`, { team: 'x' });
    expect((await check()).code).toBe(0);
  });

  test.each([
    ['changed', emptyMap.replace('default::', 'default::example.com')],
    ['removed', 'default::\n'],
    ['removed with its key', null],
  ])('fails when our part of the map is %s', async (_title, text) => {
    await update();
    await edit(text);
    expect(await check()).toEqual({
      code: 1,
      out: '',
      said: 'entrepot: key maps of ConfigMap imageswap-system/imageswap-maps is not as the operator last wrote it\n',
    });
  });

  test('fails when the ConfigMap is gone', async () => {
    await update();
    await cluster.client.delete(ConfigMap, key);
    expect((await check()).code).toBe(1);
  });

  test('takes a map that was never written for healthy, also beside the file of mirror-operator', async () => {
    expect(await check()).toEqual({ code: 0, out: '', said: 'nothing was written to the map yet\n' });
    await writeFile(pod.stateFile, '48151623');
    expect((await check()).code).toBe(0);
  });

  test('takes an API server that does not answer for no reason to restart', async () => {
    await update();
    await edit(null);
    const { code, said } = await check({ ...services, KUBERNETES_SERVICE_PORT: '1' });
    expect(code).toBe(0);
    expect(said).toMatch(/^whether the map is as it was written cannot be told: .*ECONNREFUSED/);
  });

  describe('where services is not the default scheme', () => {
    const hostess = { ...services, ADDRESSING_SCHEME: 'hostess' };

    test('has nothing to do while no mirror uses the map', async () => {
      const fine = { code: 0, out: '' };
      const updated = await pod.run([...python, '--map-update'], hostess);
      expect(updated).toEqual({ ...fine, said: 'no mirror uses the ImageSwap map, so nothing is written\n' });
      expect(await mapText()).toBeUndefined();
      expect(await check(hostess)).toEqual({ ...fine, said: 'nothing was written to the map yet\n' });
    });

    test('writes and checks the map of the mirrors that ask for it', async () => {
      await cluster.mirror('asks', { upstreamUrl: 'asks.io', addressing: [{ type: 'services' }] });
      try {
        expect((await pod.run([...python, '--map-update'], hostess)).code).toBe(0);
      } finally {
        await cluster.client.delete(RegistryMirror, { name: 'asks' });
      }
      expect(await mapText()).toEqual({ maps: emptyMap });
      expect((await check(hostess)).code).toBe(0);
      await edit('');
      expect((await check(hostess)).code).toBe(1);
    });
  });

  test('runs the operator by the command of the Deployment', async () => {
    const wrong = { ...services, LOG_LEVEL: 'loud' };
    const { code, said } = await pod.run(['python', '-u', 'mirroroperator/operator.py'], wrong);
    expect(code).toBe(2);
    expect(said).toContain('LOG_LEVEL: got "loud", wants debug, info, warn or error');
  });

  test.each([[[]], [['-c', 'print(1)']], [['other.py', '--map-check']]])('is not Python for %j', async (words) => {
    const { code, said } = await pod.run(['python', ...words], services);
    expect(code).toBe(2);
    expect(said).toContain('this is no Python but entrepot');
  });

  test('says the same with flags that only the whole program knows', async () => {
    await update();
    await edit(null);
    const { code, said } = await pod.run([...python, '--map-check', '--log-level', 'error'], services);
    expect(code).toBe(1);
    expect(said).toBe((await check()).said);
  });

  test('cannot do both at once', async () => {
    const { code, said } = await pod.run([...python, '--map-check', '--map-update'], services);
    expect(code).toBe(2);
    expect(said).toContain("option '--map-check' cannot be used with option '--map-update'");
  });
});

test.each([{ flags: '--map-check' }, { flags: `--map-check --namespace ${namespace} --addressing-scheme services` }])(
  'the probe takes little more of a processor than Node itself: $flags',
  async ({ flags }) => {
    await update();
    const bare = await leastProcessorMs(['node', '-e', '0']);
    const probing = await leastProcessorMs([...python, ...flags.split(' ')]);
    const ratio = probing / bare;
    console.log(`${flags}: ${probing} ms of a processor, ${ratio.toFixed(1)} times that of node -e 0 (${bare} ms)`);
    expect(ratio).toBeLessThan(5);
  },
);

/** What a command takes of a processor at its best; how long it waits for one is not its own doing. */
async function leastProcessorMs(words: readonly string[]): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < 5; round++) {
    const { code, said } = await pod.run(['bash', '-c', 'TIMEFORMAT="%3U %3S"; time "$@"', 'bash', ...words], services);
    expect(code).toBe(0);
    const [user = NaN, system = NaN] = (said.trimEnd().split('\n').at(-1) ?? '').split(' ').map(Number);
    least = Math.min(least, Math.round(1000 * (user + system)));
  }
  return least;
}
