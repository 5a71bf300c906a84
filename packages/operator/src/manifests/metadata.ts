import { type Expression, merged, value } from '../chart/expression.ts';
import type { Fields } from '../chart/tree.ts';

/** Labels of all objects of an installation. */
const partOf = { 'app.kubernetes.io/part-of': 'entrepot' };

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
