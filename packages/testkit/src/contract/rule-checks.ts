import { ConfigMap, requiredRules, type NamespacedRule } from '@entrepot/core';
import { describe, kindOf, type GroupVersionKind } from '@entrepot/kube';
import { demand, type Check } from './check.ts';
import { sampleSettings } from './sample-mirrors.ts';
import { objectsOf, planFor, textBlocksOf, type StrategySubject } from './strategy-subject.ts';

interface Need {
  readonly verbs: readonly string[];
  readonly kind: GroupVersionKind;
  readonly namespace?: string | undefined;
  readonly name?: string;
  /** What of the plan needs it. */
  readonly purpose: string;
}

const reading = ['get', 'list', 'watch'];

/** That the operator, given the strategy's rules, may do what the strategy wants of it. */
export const ruleChecks: readonly Check<StrategySubject>[] = [
  {
    name: 'declares the permissions for what it plans and observes',
    run(subject) {
      const rules = requiredRules(sampleSettings, [subject]);
      for (const need of needsOf(subject)) {
        const verbs = need.verbs.filter((verb) => !rules.some((rule) => allows(rule, verb, need)));
        demand(verbs.length === 0, sentenceOf({ ...need, verbs }));
      }
    },
  },
];

function needsOf(subject: StrategySubject): readonly Need[] {
  const { strategy, settings } = subject;
  const plan = planFor(subject);
  return [
    ...objectsOf(plan).map((object) => ({
      verbs: [...reading, 'create', 'patch', 'delete'],
      kind: kindOf(object),
      namespace: object.metadata.namespace,
      purpose: describe(object),
    })),
    ...textBlocksOf(plan).flatMap(({ configMap: { namespace, name }, marker }) => [
      { verbs: ['create'], kind: ConfigMap, namespace, purpose: `the text block ${marker}` },
      { verbs: ['get', 'patch'], kind: ConfigMap, namespace, name, purpose: `the text block ${marker}` },
    ]),
    ...(strategy.observes?.(settings) ?? []).map(({ kind, namespace, name }) => ({
      verbs: reading,
      kind,
      namespace,
      name,
      purpose: `${kind.kind} ${name}, which it observes`,
    })),
  ];
}

/** RBAC's own reading of a rule: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources */
function allows(rule: NamespacedRule, verb: string, { kind, namespace, name }: Need): boolean {
  const covers = (list: readonly string[], item: string): boolean => list.includes('*') || list.includes(item);
  const isNamed = rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name));
  return (
    (rule.namespace === undefined || rule.namespace === namespace) &&
    covers(rule.apiGroups, kind.group) &&
    covers(rule.resources, resourceOf(kind)) &&
    covers(rule.verbs, verb) &&
    isNamed
  );
}

/** The plural that Kubernetes itself guesses for a kind; true for its own kinds and nearly all others. */
function resourceOf({ kind }: GroupVersionKind): string {
  const singular = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(singular)) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

function sentenceOf({ verbs, kind, namespace, name, purpose }: Need): string {
  const resource = resourceOf(kind);
  const where = namespace === undefined ? 'cluster-wide' : `in namespace ${namespace}`;
  const rule = [
    ...(namespace === undefined ? [] : [`namespace: '${namespace}'`]),
    `apiGroups: ['${kind.group}']`,
    `resources: ['${resource}']`,
    ...(name === undefined ? [] : [`resourceNames: ['${name}']`]),
    `verbs: ['${verbs.join("', '")}']`,
  ];
  return `rules() does not allow to ${verbs.join(', ')} ${resource} ${where}, for ${purpose}; add { ${rule.join(', ')} }`;
}
