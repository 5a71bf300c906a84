import { registryMirrorCRD } from '@entrepot/core';
import { value } from '../chart/expression.ts';
import { plainTree } from '../chart/plain-tree.ts';
import { type Tree, when } from '../chart/tree.ts';
import { metadata } from './metadata.ts';

const { apiVersion, kind, metadata: own, ...definition } = registryMirrorCRD();

/** The API. Among the templates, where an upgrade brings the new one; Helm never changes what lies in a folder `crds`. */
export const mirrorDefinition: Tree = {
  apiVersion,
  kind,
  metadata: {
    ...metadata(own.name),
    annotations: when(value('uninstall.keepMirrors'), { 'helm.sh/resource-policy': 'keep' }),
  },
  ...plainTree(definition),
};
