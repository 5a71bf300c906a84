import { ConfigMap, type NamespacedRule } from '@entrepot/core';
import { kindOf, type GroupVersionKind } from '@entrepot/kube';
import { demand, type Check } from './check.ts';
import { objectsOf, planFor, textBlocksOf, type StrategySubject } from './strategy-subject.ts';

interface Need {
  readonly verbs: readonly string[];
  readonly kind: GroupVersionKind;
  readonly namespace?: string | undefined;
  readonly name?: string;
}

const reading = ['get', 'list', 'watch'];

/** That the operator, given the strategy's rules, may do what the strategy wants of it. */
export const ruleChecks: readonly Check<StrategySubject>[] = [
  {
    name: 'declares the permissions for what it plans and observes',
    run(subject) {
      const rules = subject.strategy.rules(subject.settings);
      const missing = needsOf(subject).flatMap(({ verbs, ...need }) =>
        verbs.filter((verb) => !rules.some((rule) => allows(rule, verb, need))).map((verb) => sentenceOf(verb, need)),
      );
      demand(missing.length === 0, `rules() must allow to ${[...new Set(missing)].join(', to ')}`);
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
    })),
    ...textBlocksOf(plan).flatMap(({ configMap: { namespace, name } }) => [
      { verbs: ['create'], kind: ConfigMap, namespace },
      { verbs: ['get', 'patch'], kind: ConfigMap, namespace, name },
    ]),
    ...(strategy.observes?.(settings) ?? []).map(({ kind, namespace, name }) => ({
      verbs: reading,
      kind,
      namespace,
      name,
    })),
  ];
}

/** RBAC's own reading of a rule: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources */
function allows(rule: NamespacedRule, verb: string, { kind, namespace, name }: Omit<Need, 'verbs'>): boolean {
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

function sentenceOf(verb: string, { kind, namespace }: Omit<Need, 'verbs'>): string {
  const where = namespace === undefined ? 'cluster-wide' : `in namespace ${namespace}`;
  return `${verb} ${resourceOf(kind)} of group '${kind.group}' ${where}`;
}
