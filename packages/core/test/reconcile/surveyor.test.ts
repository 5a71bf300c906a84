import { expect, test } from 'vitest';
import { configureStrategy, defineStrategy, type KubernetesObject, stateOf } from '../../src/index.ts';
import { affectedMirrors, Surveyor } from '../../src/reconcile/surveyor.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { hosts, map, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const services = [{ type: 'services' }];
const a = registryMirror('a', { upstreamUrl: 'quay.io', addressing: services });
const b = registryMirror('b', { upstreamUrl: 'ghcr.io', addressing: services });

function surveyorOf(objects: KubernetesObject[], plans: { count: number } = { count: 0 }): Surveyor {
  const counted = configureStrategy(
    defineStrategy({
      ...map.strategy,
      plan: (...input) => {
        plans.count += 1;
        return map.strategy.plan(...input);
      },
    }),
    { namespace: 'mirrors' },
  );
  const strategies = [hosts, counted];
  const catalog = createCatalog({ strategies, templates: [template], defaultAddressing: 'hosts' });
  const state = {
    get: (...wanted: Parameters<ReturnType<typeof stateOf>['get']>) => stateOf(objects).get(...wanted),
    list: (...wanted: Parameters<ReturnType<typeof stateOf>['list']>) => stateOf(objects).list(...wanted),
  };
  return new Surveyor(state, testSettings(), catalog);
}

test('however many mirrors ask, strategies plan once until something changes', () => {
  const plans = { count: 0 };
  const surveyor = surveyorOf([a, b], plans);
  const first = surveyor.current();
  expect(surveyor.current()).toBe(first);
  expect(plans.count).toBe(1);
  surveyor.changed('all');
  expect(surveyor.current()).not.toBe(first);
  expect(plans.count).toBe(2);
});

test('mirrors that change together are surveyed together, and one that did not change asks for no survey', () => {
  const plans = { count: 0 };
  const objects = [a, b];
  const surveyor = surveyorOf(objects, plans);
  const first = surveyor.current();
  objects.push(serviceOf('a', '10.0.0.1'), serviceOf('b', '10.0.0.2'));
  surveyor.changed(['a', 'b']);
  expect(surveyor.latest).toBe(first);
  expect(surveyor.mirror('a')).not.toEqual(first.mirrors.get('a'));
  expect(surveyor.mirror('b')).not.toEqual(first.mirrors.get('b'));
  surveyor.changed(['a']);
  surveyor.mirror('b');
  expect(plans.count).toBe(2);
});

test('a mirror is as it is now, though nothing else is wanted for it', () => {
  const objects = [a, b];
  const surveyor = surveyorOf(objects);
  surveyor.current();
  const told = { ...a, status: { observedGeneration: 1 } };
  objects[0] = told;
  expect(surveyor.mirror('a')?.object).toBe(told);
  expect(surveyor.mirror('c')).toBeUndefined();
});

test('mirrors are affected when something else is wanted for them, not when others change', () => {
  const objects = [a, b];
  const surveyor = surveyorOf(objects);
  const before = surveyor.current();
  expect(affectedMirrors(undefined, before)).toEqual(['a', 'b']);
  surveyor.changed('all');
  expect(affectedMirrors(before, surveyor.current())).toEqual([]);
  objects.push(serviceOf('b', '10.0.0.2'));
  surveyor.changed('all');
  expect(affectedMirrors(before, surveyor.current())).toEqual(['b']);
});

test('a mirror whose name was taken is affected when the other one goes', () => {
  const objects = [a, registryMirror('z', { upstreamUrl: 'other.io', masqueradeUrl: 'mirror-quay.io' })];
  const surveyor = surveyorOf(objects);
  const before = surveyor.current();
  objects.shift();
  surveyor.changed('all');
  expect(affectedMirrors(before, surveyor.current())).toEqual(['z']);
});
