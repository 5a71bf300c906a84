import { registryMirrorCRD } from '@entrepot/core';
import { plainTree } from '../chart/plain-tree.ts';
import type { Tree } from '../chart/tree.ts';
import { keptWithMirrors, metadata } from './metadata.ts';

const { apiVersion, kind, metadata: own, ...definition } = registryMirrorCRD();

/** The API. Among the templates, where an upgrade brings the new one; Helm never changes what lies in a folder `crds`. */
export const mirrorDefinition: Tree = {
  apiVersion,
  kind,
  metadata: {
    ...metadata(own.name),
    annotations: keptWithMirrors,
  },
  ...plainTree(definition),
};
