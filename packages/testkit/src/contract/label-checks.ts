import { describe, type KubernetesObject } from '@entrepot/kube';
import { demand, type Check } from './check.ts';
import { sampleNamespace } from './sample-mirrors.ts';
import { objectsOf, planFor, textBlocksOf, type StrategySubject } from './strategy-subject.ts';

/** What the planner writes into every object, to find it again. */
const plannersLabels = ['app', 'mirror', 'entrepot/strategy', 'entrepot/fleet'];
/** What names of the operator's own objects begin with. */
const reservedNames = ['registry-mirror-', 'entrepot-'];

/** That objects can be found again, as those of this strategy and of no other. */
export const labelChecks: readonly Check<StrategySubject>[] = [
  {
    name: 'leaves the labels by which objects are found to the planner',
    run(subject) {
      for (const object of objectsOf(planFor(subject))) {
        const taken = Object.entries(object.metadata.labels ?? {}).filter(([label]) => plannersLabels.includes(label));
        demand(
          taken.length === 0,
          `${describe(object)} is planned with the label ${taken.map((pair) => pair.join('=')).join(', ')}; remove it, the planner writes ${plannersLabels.join(', ')} itself and finds and deletes objects by them`,
        );
      }
    },
  },
  {
    name: 'gives pods of its own labels that their selector finds',
    run(subject) {
      for (const object of objectsOf(planFor(subject))) {
        const { wanted, found } = selection(object);
        const missing = Object.entries(wanted).filter(([label, value]) => found[label] !== value);
        demand(
          missing.length === 0,
          `${describe(object)} selects pods with ${missing.map((pair) => pair.join('=')).join(', ')}, which its pod template does not have; add it to spec.template.metadata.labels`,
        );
      }
    },
  },
  {
    name: "plans a mirror's objects in the namespace of mirrors",
    run(subject) {
      for (const [mirror, { objects = [] }] of planFor(subject).perMirror) {
        const stray = objects.find(({ metadata }) => metadata.namespace !== sampleNamespace);
        demand(
          stray === undefined,
          `${stray && describe(stray)} is planned for mirror ${mirror} in namespace ${stray?.metadata.namespace ?? 'none'}; set metadata.namespace to context.namespace, the only one where objects of a mirror are watched and deleted, or plan it once, under fleet.objects`,
        );
      }
    },
  },
  {
    name: 'plans objects and text blocks under its own name, so that no other strategy has them too',
    run(subject) {
      const { name } = subject.strategy;
      const plan = planFor(subject);
      for (const object of objectsOf(plan)) {
        const reserved = reservedNames.find((start) => object.metadata.name.startsWith(start));
        demand(
          reserved === undefined && object.metadata.name.includes(name),
          reserved === undefined
            ? `${describe(object)} may be planned by another strategy too, and both would rewrite it for ever; put '${name}' into its name, as in ${name}-${object.metadata.name}`
            : `${describe(object)} has a name that begins with ${reserved}, as those of the operator's own objects; begin it with '${name}-'`,
        );
      }
      for (const { marker } of textBlocksOf(plan)) {
        demand(
          marker.includes(name),
          `the text block with marker '${marker}' may be written by another strategy too; put '${name}' into the marker, as in ${name}-${marker}`,
        );
      }
    },
  },
];

type Labels = Readonly<Record<string, unknown>>;

/** The labels that a workload selects its pods by, and those its pods get; none for everything else. */
function selection(object: KubernetesObject): { readonly wanted: Labels; readonly found: Labels } {
  const at = (...path: readonly string[]): Labels => path.reduce((found: Labels, key) => record(found[key]), object);
  const template = at('spec', 'template');
  return Object.keys(template).length === 0
    ? { wanted: {}, found: {} }
    : { wanted: at('spec', 'selector', 'matchLabels'), found: at('spec', 'template', 'metadata', 'labels') };
}

function record(value: unknown): Labels {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
