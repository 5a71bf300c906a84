import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigMap, defineStrategy, type PlannedMirror, type StrategyPlan, type TextBlock } from '../../src/index.ts';
import { runStrategy } from '../../src/strategy/run.ts';

const context = { namespace: 'mirrors', clusterDomain: 'cluster.local', observed: () => undefined };

function run(names: readonly string[], plan: (mirrors: readonly PlannedMirror[]) => StrategyPlan) {
  const strategy = defineStrategy({
    name: 'tested',
    settings: z.unknown(),
    options: z.unknown(),
    manages: [ConfigMap],
    rules: () => [],
    plan,
    guarantees: () => ({ mirrorDown: 'pull fails', pullSecrets: 'kept' }),
  });
  return runStrategy({ strategy, settings: {} }, names.map(plannedMirror), context);
}

const namesOf = (mirrors: readonly PlannedMirror[]): readonly string[] => mirrors.map(({ mirror }) => mirror.name);
const contributions = (mirrors: readonly PlannedMirror[]): StrategyPlan => ({
  perMirror: new Map(namesOf(mirrors).map((name) => [name, { servingNames: [name] }])),
  fleet: { objects: [object('v1', 'ConfigMap', namesOf(mirrors).join('-'))] },
});

describe('a strategy', () => {
  test('that plans is asked once', () => {
    const asked: string[] = [];
    const result = run(['a', 'b'], (mirrors) => {
      asked.push(namesOf(mirrors).join());
      return contributions(mirrors);
    });
    expect(asked).toEqual(['a,b']);
    expect([...result.perMirror.keys()]).toEqual(['a', 'b']);
    expect(result.failures.size).toBe(0);
  });

  test('that throws for one mirror plans for the others', () => {
    const result = run(['a', 'b', 'c'], (mirrors) => {
      if (namesOf(mirrors).includes('b')) throw new Error('not b');
      return contributions(mirrors);
    });
    expect([...result.perMirror.keys()]).toEqual(['a', 'c']);
    expect([...result.failures]).toEqual([['b', 'not b']]);
    expect(result.fleet?.objects?.[0]?.metadata.name).toBe('a-c');
  });

  test('that plans a text with a marker line for one mirror plans for the others', () => {
    const result = run(['a', 'b'], (mirrors) => ({
      ...contributions(mirrors),
      fleet: { textBlocks: [block(namesOf(mirrors).map((name) => (name === 'b' ? '# entrepot end book\n' : name)))] },
    }));
    expect([...result.perMirror.keys()]).toEqual(['a']);
    expect([...result.failures]).toEqual([
      [
        'b',
        'planned what cannot be written: the content of text block "book" holds the marker line "# entrepot end book"',
      ],
    ]);
    expect(result.fleet?.textBlocks).toEqual([block(['a'])]);
  });

  test('that throws only for several mirrors together fails for all of them, and its fleet is left alone', () => {
    const result = run(['a', 'b'], (mirrors) => {
      if (mirrors.length > 1) throw new Error('too many');
      return contributions(mirrors);
    });
    expect([...result.failures.keys()]).toEqual(['a', 'b']);
    expect(result.fleet).toBeUndefined();
    expect(result.fleetFailure).toBe('too many');
  });

  test.each<{ title: string; plan: StrategyPlan; error: string }>([
    {
      title: 'a kind it does not declare',
      plan: { perMirror: new Map([['a', { objects: [object('v1', 'Pod', 'x')] }]]) },
      error: 'planned Pod mirrors/x, a kind it does not say it manages',
    },
    {
      title: 'a mirror nobody asked for',
      plan: { perMirror: new Map([['z', {}]]) },
      error: 'planned for z, which was not asked for',
    },
  ])('that plans $title fails', ({ plan, error }) => {
    expect(run(['a'], () => plan).failures.get('a')).toBe(error);
  });

  test('that throws something that is no error is survived, too', () => {
    const throwing = () => {
      throw 'a text';
    };
    expect(run(['a'], throwing).failures.get('a')).toBe('a text');
  });
});

function block(lines: readonly string[]): TextBlock {
  const content = lines.map((line) => `${line}\n`).join('');
  return { configMap: { namespace: 'mirrors', name: 'book' }, key: 'book', marker: 'book', content };
}

function plannedMirror(name: string): PlannedMirror {
  const service = { namespace: 'mirrors', name: `registry-mirror-${name}`, clusterIPs: [] };
  return { mirror: { name, upstreamHost: `${name}.io`, masqueradeHost: `mirror-${name}.io`, service }, options: {} };
}

function object(apiVersion: string, kind: string, name: string) {
  return { apiVersion, kind, metadata: { namespace: 'mirrors', name } };
}
