import { expect, test } from 'vitest';
import { configureStrategy, type ConfiguredStrategy, defineStrategy, planCluster, stateOf } from '../../src/index.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { hosts, map, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const others = { configMap: { namespace: 'mirrors', name: 'others' }, key: 'maps', marker: 'test map', content: 'x\n' };

/** A strategy that wants what `map` has, for the mirror `quay` or for all. */
function rival(wants: 'object' | 'block' | 'nothing'): ConfiguredStrategy {
  const { strategy, settings } = map;
  return configureStrategy(
    defineStrategy({
      ...strategy,
      name: 'rival',
      aliases: [],
      plan: (mirrors, given, context) => {
        const { perMirror } = strategy.plan(mirrors, given, context);
        return {
          perMirror: wants === 'object' ? perMirror : new Map([['quay', {}]]),
          fleet: wants === 'block' ? { textBlocks: [others] } : {},
        };
      },
    }),
    settings,
  );
}

const both = { upstreamUrl: 'quay.io', addressing: [{ type: 'map' }, { type: 'rival' }] };

function notesWith(strategies: readonly ConfiguredStrategy[]): readonly string[] {
  const objects = [registryMirror('quay', both), serviceOf('quay', '10.0.0.7')];
  const { notes } = planCluster({
    state: stateOf(objects),
    settings: testSettings(),
    strategies,
    templates: [template],
  });
  return notes.filter((note) => note.includes('rival') || note.includes('map'));
}

test.each<{ wants: 'object' | 'block' | 'nothing'; notes: readonly string[] }>([
  { wants: 'nothing', notes: [] },
  {
    wants: 'object',
    notes: [
      'RegistryMirror quay: rival: strategy rival failed: planned ConfigMap mirrors/map-of-quay, which strategy map plans, too; one of them must name it otherwise',
    ],
  },
  {
    wants: 'block',
    notes: [
      'RegistryMirror quay: rival: strategy rival failed: planned block test map in maps of ConfigMap mirrors/others, which strategy map plans, too; one of them must name it otherwise',
      'strategy rival failed: planned block test map in maps of ConfigMap mirrors/others, which strategy map plans, too; one of them must name it otherwise',
    ],
  },
])('of two strategies that want the same $wants, the first has it and the other fails', ({ wants, notes }) => {
  expect(notesWith([hosts, map, rival(wants)])).toEqual(notes);
});
