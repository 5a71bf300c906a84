import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { readStatus } from '../api/registry-mirror-status.ts';
import type { MirrorSettings, Toleration } from '../settings.ts';
import { hasReadyAgent } from './rollout.ts';

/** On a DaemonSet of node agents, as JSON: tolerations of before by which agents were on nodes where none is now. */
export const formerTolerationsAnnotation = 'entrepot/former-tolerations';

const tolerations = z.array(
  z.looseObject({
    key: z.string().exactOptional(),
    operator: z.string().exactOptional(),
    value: z.string().exactOptional(),
    effect: z.string().exactOptional(),
    tolerationSeconds: z.number().exactOptional(),
  }),
);
const daemonSetShape = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.looseObject({
    template: z.looseObject({ spec: z.looseObject({ tolerations: tolerations.default([]) }) }),
  }),
});

/** What node agents tolerate by the settings. */
export function agentTolerations(settings: MirrorSettings): readonly Toleration[] {
  return [...settings.tolerations, ...settings.nodeAgentTolerations];
}

/**
 * What agents of a mirror tolerated at any time and the settings do not any more: there may be nodes that only these reach, with
 * lines and certificates that somebody has to take away. Pure.
 *
 * @param live the mirror's agents, who remember it; where none of them was ever started, there is nothing to remember
 */
export function formerTolerations(
  mirror: KubernetesObject,
  live: KubernetesObject | undefined,
  settings: MirrorSettings,
): readonly Toleration[] {
  const agents = daemonSetShape.safeParse(live).data;
  if (agents === undefined) return [];
  const { annotations } = agents.metadata;
  const before = [...recorded(annotations[formerTolerationsAnnotation]), ...agents.spec.template.spec.tolerations];
  const present = agentTolerations(settings);
  const former: Toleration[] = [];
  for (const one of before) if (!isCovered(one, [...present, ...former])) former.push(one);
  // A status may be older than what agents did.
  const areUntouched = former.length > 0 && readStatus(mirror.status).nodesUntouched === true && !hasReadyAgent(live);
  return areUntouched ? [] : former;
}

/** Whether agents were taken from nodes that keep what they wrote. */
export function hasFormerTolerations(daemonSet: KubernetesObject | undefined): boolean {
  return daemonSet?.metadata.annotations?.[formerTolerationsAnnotation] !== undefined;
}

/** What somebody else wrote into the annotation counts for nothing. */
function recorded(annotation = '[]'): readonly Toleration[] {
  try {
    return tolerations.safeParse(JSON.parse(annotation)).data ?? [];
  } catch {
    return [];
  }
}

/** Whether every taint that is tolerated by one is tolerated by the others as long; an absent effect or key means all of them. */
function isCovered(one: Toleration, others: readonly Toleration[]): boolean {
  const { key = '', operator = 'Equal', value = '', effect = '', tolerationSeconds = Infinity } = one;
  return others.some((other) => {
    if (![effect, ''].includes(other.effect ?? '')) return false;
    if ((other.tolerationSeconds ?? Infinity) < tolerationSeconds) return false;
    if (other.operator === 'Exists') return [key, ''].includes(other.key ?? '');
    return other.key === key && (other.operator ?? 'Equal') === operator && (other.value ?? '') === value;
  });
}
