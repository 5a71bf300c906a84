import { configureStrategy, requiredRules, type NamespacedRule } from '@entrepot/core';
import { hostess } from '@entrepot/strategy-hostess';
import { imageswap } from '@entrepot/strategy-imageswap';
import { either, type Expression, item, namespace, not, prefixed, value } from '../chart/expression.ts';
import { each, type Fields, ifAny, type Tree, when } from '../chart/tree.ts';
import { operatorName } from '../chart/values-schema.ts';
import { nodeAgentServiceAccount } from '../mirror-settings.ts';
import { boundRole, serviceAccount } from './bound-role.ts';
import { keptWithMirrors } from './metadata.ts';

/** The account of node agents, which read Services where the mirrors are. */
export const nodeAgentAccount: readonly Tree[] = [
  serviceAccount(nodeAgentServiceAccount, keptWithMirrors),
  ...boundRole({
    account: nodeAgentServiceAccount,
    name: nodeAgentServiceAccount,
    where: namespace,
    rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch'] }],
    annotations: keptWithMirrors,
  }),
];

// Rules are computed for namespaces of these names; which ones they are, an installation says.
const own = 'namespace-of-the-installation';
const ofImageswap = 'namespace-of-imageswap';

interface RolePlace {
  readonly name: string;
  readonly where?: string | Expression;
}

const rolePlaces: ReadonlyMap<string | undefined, RolePlace> = new Map<string | undefined, RolePlace>([
  [undefined, { name: operatorName }],
  [own, { name: operatorName, where: namespace }],
  // Events about cluster-scoped objects are kept there.
  ['default', { name: `${operatorName}-events`, where: 'default' }],
  [ofImageswap, { name: `${operatorName}-imageswap`, where: either(value('settings.imageswapNamespace'), namespace) }],
]);

/** The account of the operator, with the rules that it and the strategies need and no more. */
export const operatorAccount: readonly Tree[] = [
  serviceAccount(operatorName, ifAny(value('serviceAccountAnnotations'))),
  ...[...Map.groupBy(neededRules(), ({ namespace: where }) => where)].flatMap(([where, group]) => {
    const place = rolePlaces.get(where);
    if (place === undefined) throw new TypeError(`no Role is planned for namespace ${String(where)}`);
    return boundRole({ account: operatorName, rules: group.map(policyRule), ...place });
  }),
  each(value('strategyRules'), [
    when(item('namespace'), strategyRole(item('namespace'))),
    when(not(item('namespace')), strategyRole()),
  ]),
];

function neededRules(): readonly NamespacedRule[] {
  const strategies = [configureStrategy(hostess), configureStrategy(imageswap, { namespace: ofImageswap })];
  return requiredRules({ namespace: own }, strategies);
}

/** What a strategy of others needs, as the values say. */
function strategyRole(where?: Expression): readonly Tree[] {
  const name = prefixed(`${operatorName}-`, item('name'));
  return boundRole({ account: operatorName, name, rules: item('rules'), ...(where !== undefined && { where }) });
}

/** A rule as a Role has it, which is in a namespace itself. */
export function policyRule({ apiGroups, resources, resourceNames, verbs }: NamespacedRule): Fields {
  return { apiGroups, resources, ...(resourceNames !== undefined && { resourceNames }), verbs };
}
