import { createHash } from 'node:crypto';
import type { KubernetesObject, ObjectKey } from '@entrepot/kube';
import { z } from 'zod';
import { Secret } from '../api/group.ts';
import { textsOf } from '../certificates/secret-texts.ts';
import type { ClusterState } from '../cluster-state.ts';
import { rolloutOf } from './rollout.ts';

/** The container of the node agent that puts certificates into the runtimes' folders. */
export const certificateContainerName = 'certificate-installation';
/** Its variable that says which content it has to put there before it is ready. */
export const bundleHashVariable = 'CA_SHA256';

/** How a bundle of trusted certificates is told from others. */
export function bundleHash(bundle: string): string {
  return createHash('sha256').update(bundle).digest('hex');
}

/** The hash of what a serving Secret gives to nodes; a placeholder, in `entrepot render`, where there is none yet. */
export function trustedIn(key: ObjectKey, state: ClusterState): string {
  const secret = state.get(Secret, key);
  return secret === undefined ? `SHA-256 of ca.crt in Secret ${key.name}` : bundleHash(textsOf(secret)['ca.crt'] ?? '');
}

const container = z.looseObject({
  name: z.string(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).default([]),
});
const daemonSetShape = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers: z.array(container) }) }) }),
});

/** What the nodes' agents have to say of a mirror's trusted certificates. */
export interface NodeTrust {
  /** Whether there are agents that install any. */
  readonly isKept: boolean;
  /** Hash of the bundle that every node has; undefined while some have not said so. */
  readonly acknowledged?: string;
}

/** Reads a DaemonSet of node agents. */
export function nodeTrustOf(daemonSet: KubernetesObject | undefined): NodeTrust {
  const containers = daemonSetShape.safeParse(daemonSet).data?.spec.template.spec.containers ?? [];
  const installation = containers.find(({ name }) => name === certificateContainerName);
  if (installation === undefined) return { isKept: false };
  const hash = installation.env.find(({ name }) => name === bundleHashVariable)?.value;
  const isAcknowledged = hash !== undefined && rolloutOf(daemonSet)?.isComplete === true;
  return { isKept: true, ...(isAcknowledged && { acknowledged: hash }) };
}
