import type { KubernetesObject } from '@entrepot/kube';
import { RegistryMirror } from './group.ts';
import { mirrorNamePattern } from './normalise.ts';
import { mirrorSpecSchema } from './registry-mirror-spec.ts';
import { mirrorStatusSchema } from './registry-mirror-status.ts';
import { structuralSchema } from './structural-schema.ts';

const columns = [
  { name: 'Upstream', type: 'string', jsonPath: '.spec.upstreamUrl', description: 'The registry that is mirrored.' },
  { name: 'Masquerade', type: 'string', jsonPath: '.status.masqueradeUrl', description: 'How the mirror is named.' },
  { name: 'Addressing', type: 'string', jsonPath: '.status.addressing', description: 'How pulls reach the mirror.' },
  {
    name: 'Ready',
    type: 'string',
    jsonPath: ".status.conditions[?(@.type=='Ready')].status",
    description: 'Whether everything is in place.',
  },
  { name: 'Nodes', type: 'integer', jsonPath: '.status.nodes.ready', description: 'Nodes that are prepared.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'When it was made.' },
];

const apiVersion = { type: 'string', description: 'Version of the API: k8s.osp.tech/v1.' };
const kind = { type: 'string', description: 'RegistryMirror.' };

/** The CustomResourceDefinition of RegistryMirror, to `kubectl apply`. */
export function registryMirrorCRD(): KubernetesObject {
  const names = {
    plural: 'registrymirrors',
    singular: 'registrymirror',
    kind: RegistryMirror.kind,
    listKind: 'RegistryMirrorList',
    shortNames: ['rm'],
  };
  const schema = {
    type: 'object',
    description: 'A caching mirror of an image registry, and the way nodes or pods are made to use it.',
    required: ['spec'],
    properties: {
      apiVersion,
      kind,
      metadata: { type: 'object' },
      spec: structuralSchema(mirrorSpecSchema),
      status: structuralSchema(mirrorStatusSchema),
    },
    'x-kubernetes-validations': [
      {
        rule: `self.metadata.name.matches(r'${mirrorNamePattern}')`,
        message: 'metadata.name must be at most 36 lower-case letters, digits and dashes: Services are named after it',
      },
    ],
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${RegistryMirror.group}` },
    spec: {
      group: RegistryMirror.group,
      scope: 'Cluster',
      names,
      versions: [
        {
          name: RegistryMirror.version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}
