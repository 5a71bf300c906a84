import { type Expression, namespace } from '../chart/expression.ts';
import type { Tree } from '../chart/tree.ts';
import { metadata } from './metadata.ts';

const group = 'rbac.authorization.k8s.io';

/** Rules, where they hold, and whom they are for. */
export interface BoundRole {
  /** The ServiceAccount, in the namespace of the installation. */
  readonly account: string;
  readonly name: string | Expression;
  /** Where it holds; everywhere without one. */
  readonly where?: string | Expression;
  readonly rules: Tree;
  readonly annotations?: Tree;
}

/** A Role with its RoleBinding; a ClusterRole with a ClusterRoleBinding where it holds everywhere. */
export function boundRole({ account, name, where, rules, annotations }: BoundRole): readonly Tree[] {
  const kind = where === undefined ? 'ClusterRole' : 'Role';
  const apiVersion = `${group}/v1`;
  const head = { ...metadata(name, where), ...(annotations !== undefined && { annotations }) };
  return [
    { apiVersion, kind, metadata: head, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata: head,
      roleRef: { apiGroup: group, kind, name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    },
  ];
}

/** A ServiceAccount of the installation. */
export function serviceAccount(name: string, annotations?: Tree): Tree {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { ...metadata(name, namespace), ...(annotations !== undefined && { annotations }) },
  };
}
