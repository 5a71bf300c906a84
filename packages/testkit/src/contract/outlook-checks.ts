import { demand, type Check } from './check.ts';
import { configMapsWith, objectsOf, planFor, textBlocksOf, type StrategySubject } from './strategy-subject.ts';
import { sampleMirrors } from './sample-mirrors.ts';

/** That what a strategy says of a mirror's prospects is true. */
export const outlookChecks: readonly Check<StrategySubject>[] = [
  {
    name: 'waits for nothing that is there',
    run(subject) {
      const first = planFor(subject);
      const there = [...objectsOf(first), ...configMapsWith(textBlocksOf(first)), ...subject.prerequisites];
      for (const [mirror, { waitFor }] of planFor(subject, sampleMirrors, there).perMirror) {
        demand(
          waitFor === undefined,
          `mirror ${mirror} still waits with '${waitFor}', though its Service has an address and all that was planned is there; leave waitFor out then, say unsupported where no waiting helps, or give strategyContract() what is waited for under prerequisites`,
        );
      }
    },
  },
  {
    name: 'plans nothing for a mirror that it calls unsupported',
    run(subject) {
      const { perMirror } = planFor(subject);
      for (const [mirror, { unsupported, ...rest }] of perMirror) {
        const others = Object.keys(rest);
        demand(
          unsupported === undefined || others.length === 0,
          `mirror ${mirror} is unsupported ('${unsupported}') and has ${others.join(', ')} planned all the same; leave that out, or say waitFor where it will come to work`,
        );
      }
      const reasons = [...perMirror].map(([mirror, { unsupported }]) => unsupported && `${mirror}: ${unsupported}`);
      demand(
        reasons.length === 0 || reasons.includes(undefined),
        `no sample mirror is supported (${reasons.join('; ')}); plan something for mirrors with a name and an address`,
      );
    },
  },
];
