import { type Expression, merged, value } from '../chart/expression.ts';
import { type Fields, type Tree, when } from '../chart/tree.ts';

/** Labels of all objects of an installation. */
const partOf = { 'app.kubernetes.io/part-of': 'entrepot' };

/** What mirrors need when no operator is there any more: `helm uninstall` leaves it where it leaves them. */
export const keptWithMirrors: Tree = when(value('uninstall.keepMirrors'), { 'helm.sh/resource-policy': 'keep' });

/** The metadata of an object of the installation: its name, its namespace unless it has none, and labels. */
export function metadata(
  name: string | Expression,
  where?: string | Expression,
  labels: Readonly<Record<string, string | Expression>> = {},
): Fields {
  return {
    name,
    ...(where !== undefined && { namespace: where }),
    labels: merged({ ...labels, ...partOf }, value('commonLabels')),
  };
}
