import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { asStrategy, kindKey } from '@entrepot/core';
import { describe, kindOf } from '@entrepot/kube';
import { demand, isJSON, messageOf, type Check } from './check.ts';
import { firstDifference } from './first-difference.ts';
import { mirrorsWithoutAddress, sampleMirrors } from './sample-mirrors.ts';
import { configMapsWith, objectsOf, planFor, textBlocksOf, type StrategySubject } from './strategy-subject.ts';

/** The rules of the strategy contract that can be seen in plans alone. */
export const strategyChecks: readonly Check<StrategySubject>[] = [
  {
    name: 'has all members of the contract',
    run({ strategy }) {
      try {
        asStrategy(strategy, `strategy ${strategy.name}`);
      } catch (error) {
        throw new Error(
          `${messageOf(error)}; make it with defineStrategy() of the @entrepot/core that it is tested with`,
          {
            cause: error,
          },
        );
      }
    },
  },
  { name: 'plans without throwing, and leaves its input as it was', run: (subject) => void planFor(subject) },
  {
    name: 'plans the same twice',
    run: (subject) =>
      demandSame(
        planFor(subject),
        planFor(subject),
        (where) =>
          `two calls of plan() with one input differ: ${where}; use no clock, no randomness and no state of your own in it`,
      ),
  },
  {
    name: 'plans the same whatever the order of the mirrors',
    run: (subject) =>
      demandSame(
        planFor(subject),
        planFor(subject, sampleMirrors.toReversed()),
        (where) =>
          `the plan depends on the order of the mirrors: ${where}; sort by mirror.name before you write lists or texts`,
      ),
  },
  {
    name: 'plans for the mirrors it was given',
    run(subject) {
      const known = new Set(sampleMirrors.map(({ name }) => name));
      const strangers = [...planFor(subject).perMirror.keys()].filter((name) => !known.has(name));
      demand(strangers.length === 0, `perMirror has keys that are no mirror's name: ${strangers.join(', ')}`);
    },
  },
  {
    name: 'plans nothing that JSON cannot hold',
    run(subject) {
      const { perMirror, fleet = {} } = planFor(subject);
      for (const [owner, part] of [...perMirror, ['the fleet', fleet] as const]) {
        demand(isJSON(part), `what is planned for ${owner} is not plain JSON; leave fields out instead of undefined`);
      }
    },
  },
  {
    name: 'plans objects of the kinds it manages only',
    run(subject) {
      const declared = new Set(subject.strategy.manages.map(kindKey));
      for (const object of objectsOf(planFor(subject))) {
        const { group, version, kind } = kindOf(object);
        demand(
          declared.has(kindKey(kindOf(object))),
          `${describe(object)} is planned, but manages does not name its kind, so that nobody would watch or delete it; add { group: '${group}', version: '${version}', kind: '${kind}' } to manages`,
        );
      }
    },
  },
  {
    name: 'leaves owner references to the planner',
    run(subject) {
      const owned = objectsOf(planFor(subject)).filter(({ metadata }) => metadata.ownerReferences !== undefined);
      demand(owned.length === 0, `remove metadata.ownerReferences from ${owned.map(describe).join(', ')}`);
    },
  },
  {
    name: 'plans each object once',
    run(subject) {
      const names = objectsOf(planFor(subject)).map((object) => `${kindKey(kindOf(object))} ${describe(object)}`);
      const twice = names.filter((name, at) => names.indexOf(name) !== at);
      demand(twice.length === 0, `planned more than once: ${twice.join(', ')}; put the mirror's name into theirs`);
    },
  },
  {
    name: 'plans node state that a node can keep',
    run(subject) {
      for (const [name, { node = [], servingNames = [] }] of planFor(subject).perMirror) {
        for (const state of node) {
          if (state.kind === 'TrustedCA') {
            const isClean = isAbsolute(state.directory) && !state.directory.split('/').includes('..');
            demand(isClean, `mirror ${name}: TrustedCA.directory ${state.directory} must be an absolute path`);
          } else {
            const isName = isHostName(state.hostname);
            demand(isName, `mirror ${name}: HostsEntry.hostname ${state.hostname} must be a name without port`);
          }
        }
        const wrong = servingNames.filter((serving) => isIP(serving) === 0 && !isHostName(serving));
        demand(
          wrong.length === 0,
          `mirror ${name}: servingNames must be names or addresses, without port: ${wrong.join()}`,
        );
      }
    },
  },
  {
    name: 'survives zero mirrors',
    run: (subject) =>
      demand(planFor(subject, []).perMirror.size === 0, 'perMirror must be empty when there are no mirrors'),
  },
  { name: 'survives mirrors without an address', run: (subject) => void planFor(subject, mirrorsWithoutAddress) },
  {
    name: 'plans the same when it sees what it planned',
    run(subject) {
      const plan = planFor(subject);
      const own = [...objectsOf(plan), ...configMapsWith(textBlocksOf(plan))];
      demandSame(
        plan,
        planFor(subject, sampleMirrors, own),
        (where) =>
          `plan() changes its mind when it observes its own output, and would write for ever: ${where}; ignore your own block and objects`,
      );
    },
  },
  {
    name: 'ends as it started when the last mirror is gone',
    run(subject) {
      const plan = planFor(subject);
      const own = [...objectsOf(plan), ...configMapsWith(textBlocksOf(plan))];
      demandSame(
        planFor(subject, []),
        planFor(subject, [], own),
        (where) =>
          `the plan for no mirrors still depends on mirrors there were: ${where}; take the wanted state from the mirrors, not from what is observed`,
      );
    },
  },
  {
    name: 'states what happens to pulls',
    run({ strategy, options }) {
      const { mirrorDown, pullSecrets } = strategy.guarantees(options);
      demand(['upstream is used', 'pull fails'].includes(mirrorDown), `guarantees().mirrorDown is ${mirrorDown}`);
      demand(['kept', 'must name the mirror host'].includes(pullSecrets), `guarantees().pullSecrets is ${pullSecrets}`);
    },
  },
];

function demandSame(one: unknown, other: unknown, message: (where: string) => string): void {
  const where = firstDifference(one, other);
  if (where !== undefined) throw new Error(message(where));
}

function isHostName(text: string): boolean {
  return /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i.test(text) && isIP(text) === 0;
}
