import { expect, test } from 'vitest';
import { z } from 'zod';
import { completeValues } from '../../src/chart/read-values.ts';
import { resolve } from '../../src/chart/resolve.ts';
import { hooks } from '../../src/manifests/installation.ts';
import { manifests } from '../../src/manifests/manifests.ts';

const names = z.array(z.string());
const roleSchema = z.object({
  kind: z.enum(['Role', 'ClusterRole']),
  metadata: z.object({ name: z.string(), namespace: z.string().default('the whole cluster') }),
  rules: z.array(z.object({ apiGroups: names, resources: names, resourceNames: names.optional(), verbs: names })),
});

const page = new URL('../../../../docs/permissions.md', import.meta.url).pathname;

type Role = z.infer<typeof roleSchema>;

function rolesOfHooks(values: ReturnType<typeof completeValues>): readonly Role[] {
  const objects = resolve(Object.values(hooks), { values, namespace: 'mirrors', appVersion: '' }).flat(Infinity);
  return objects.flatMap((object) => roleSchema.safeParse(object).data ?? []);
}

/** The page as it must be; `vitest -u` writes it. */
function permissions(): string {
  const values = completeValues({ settings: { imageswapNamespace: 'imageswap-system' } });
  const ofHooks = resolve(Object.values(hooks), { values, namespace: 'mirrors', appVersion: '' }).flat(Infinity);
  const objects = [...manifests({ namespace: 'mirrors', values }), ...ofHooks];
  const rows = objects.flatMap((object) => {
    const role = roleSchema.safeParse(object).data;
    if (role === undefined) return [];
    const { name, namespace } = role.metadata;
    return role.rules.map(({ apiGroups, resources, resourceNames, verbs }) => {
      const group = apiGroups.join(', ') || 'core';
      const what = `${resources.join(', ')}${resourceNames === undefined ? '' : `, but only ${resourceNames.join(', ')}`}`;
      return `| ${name} | ${namespace} | ${group} | ${what} | ${verbs.join(', ')} |`;
    });
  });
  return `# Permissions

What the accounts of an installation may do at the API server, as \`entrepot manifests\` grants it with \`NAMESPACE=mirrors\` and \`IMAGESWAP_NAMESPACE=imageswap-system\`. This page is written from those manifests by a test (\`packages/operator/test/manifests/permissions.test.ts\`, with \`vitest -u\`), so it is true. What that means for an attacker is in the [threat model](threat-model.md).

| account | where | API group | resources | verbs |
|---|---|---|---|---|
${rows.join('\n')}

\`entrepot-operator-imageswap\` is there even where nothing uses ImageSwap: any mirror may ask for it in \`spec.addressing\`. Where \`IMAGESWAP_NAMESPACE\` is not set it holds in the operator's own namespace and allows nothing more.

\`entrepot-uninstall\` is there only while \`helm uninstall\` runs. With \`uninstall.deleteClaims\` it may also delete persistentvolumeclaims in \`mirrors\`.

Strategies of third parties that are given at installation (\`STRATEGIES\`) add the rules that they declare.

The pods of mirrors have no account: no token is mounted into them. Of node agents' pods, those that keep a name in the hosts file have the token of \`mirror-hostess\`.
`;
}

test('docs/permissions.md says what the manifests grant', async () => {
  await expect(permissions()).toMatchFileSnapshot(page);
});

test.each([
  { deleteClaims: false, verbs: ['list'] },
  { deleteClaims: true, verbs: ['list', 'delete'] },
])('uninstalling with deleteClaims $deleteClaims may $verbs claims', ({ deleteClaims, verbs }) => {
  const rules = rolesOfHooks(completeValues({ uninstall: { deleteClaims } })).flatMap((role) => role.rules);
  const ofClaims = rules.filter(({ resources }) => resources.includes('persistentvolumeclaims'));
  expect(ofClaims.flatMap((rule) => rule.verbs)).toEqual(verbs);
});
