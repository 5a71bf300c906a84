import type { SettingDefinition } from './setting.ts';
import * as as from './value-schemas.ts';

/** Settings of what runs for mirrors: their StatefulSets, the DaemonSets of node agents, and the pods of both. */
export const workloadSettings = {
  workloadLabels: {
    variable: 'SS_DS_LABELS',
    placeholder: '<dictionary>',
    meaning:
      "Further labels of StatefulSets and DaemonSets, which win over our own; JSON or a Python literal: {'team': 'x'}.",
    wants: "a dictionary of labels, such as {'team': 'x'}",
    fallback: '{}',
    schema: as.labels,
  },
  podLabels: {
    variable: 'SS_DS_TEMPLATE_LABELS',
    placeholder: '<dictionary>',
    meaning: "Further labels of their pods; JSON or a Python literal: {'team': 'x'}.",
    wants: "a dictionary of labels, such as {'team': 'x'}",
    fallback: '{}',
    schema: as.podLabels,
  },
  tolerations: {
    variable: 'SS_DS_TOLERATIONS',
    placeholder: '<list>',
    meaning: "Tolerations of their pods; JSON or a Python literal: [{'key': 'k', 'operator': 'Exists'}].",
    wants: "a list of tolerations, such as [{'key': 'k', 'operator': 'Exists'}]",
    fallback: '[]',
    schema: as.tolerations,
  },
  nodeAgentTolerations: {
    variable: 'NODE_AGENT_TOLERATIONS',
    placeholder: '<list>',
    meaning:
      "Further tolerations of the node agents' pods alone: [{'operator': 'Exists'}] has one on every node. A node that loses its agent keeps lines and certificates.",
    wants: "a list of tolerations, such as [{'operator': 'Exists'}]",
    fallback: '[]',
    schema: as.tolerations,
  },
  priorityClass: {
    variable: 'PRIORITY_CLASS',
    placeholder: '<class>',
    meaning: 'PriorityClass of the pods of mirrors that name none.',
    wants: 'the name of a PriorityClass',
    unset: 'none',
    schema: as.objectName,
  },
  nodeAgentPriorityClass: {
    variable: 'NODE_AGENT_PRIORITY_CLASS',
    placeholder: '<class>',
    meaning: "PriorityClass of the node agents' pods where their mirror names none.",
    wants: 'the name of a PriorityClass',
    unset: 'the value of PRIORITY_CLASS',
    schema: as.objectName,
  },
  nginxResources: {
    variable: 'NGINX_RESOURCES',
    placeholder: '<dictionary>',
    meaning: 'Requests and limits of nginx in the pods of mirrors; JSON or a Python literal.',
    wants: as.resourcesWanted,
    fallback: `{"requests": {"cpu": "100m", "memory": "500Mi"}, "limits": {"cpu": "500m", "memory": "500Mi"}}`,
    schema: as.resources,
  },
  fetcherResources: {
    variable: 'FETCHER_RESOURCES',
    placeholder: '<dictionary>',
    meaning: 'The same of the fetcher beside it.',
    wants: as.resourcesWanted,
    fallback: `{"requests": {"cpu": "100m", "memory": "500Mi"}, "limits": {"cpu": "500m", "memory": "500Mi"}}`,
    schema: as.resources,
  },
  nodeAgentResources: {
    variable: 'NODE_AGENT_RESOURCES',
    placeholder: '<dictionary>',
    meaning: 'The same of each container of the node agents; there are two or three in a pod.',
    wants: as.resourcesWanted,
    fallback: `{"requests": {"cpu": "1m", "memory": "64Mi"}, "limits": {"cpu": "100m", "memory": "128Mi"}}`,
    schema: as.resources,
  },
  networkPolicy: {
    variable: 'NETWORK_POLICY',
    placeholder: '<on|off>',
    meaning:
      "Whether each mirror gets a NetworkPolicy that closes all ports of its pods and node agents but the mirror's own.",
    wants: "'on' or 'off'",
    fallback: 'off',
    schema: as.onOff,
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
