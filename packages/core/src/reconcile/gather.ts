import { basename } from 'node:path';
import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { textsOf } from '../certificates/secret-texts.ts';
import { ConfigMap, DaemonSet, Secret, StatefulSet } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import { mirrorView } from '../plan/mirror-view.ts';
import { namesOf } from '../plan/naming.ts';
import { isOwnedBy } from '../plan/ownership.ts';
import { podLayout } from '../plan/pod-layout.ts';
import { rolloutOf } from '../plan/rollout.ts';
import type { ValidMirror } from '../plan/survey.ts';
import type { MirrorSettings } from '../settings.ts';

/** What the cluster holds for a mirror, as far as the status speaks of it. */
export interface MirrorFacts {
  readonly clusterIPs: readonly string[];
  /** What is wrong with the Secret or ConfigMap the configuration relies on, and the reason for the condition. */
  readonly configProblem?: { readonly reason: string; readonly message: string };
  readonly replicas: { readonly wanted: number; readonly ready: number };
  /** Undefined where there is no node agent, or its controller has not seen it yet. */
  readonly nodes?: { readonly desired: number; readonly ready: number };
}

const bundleShape = z.looseObject({
  data: z.record(z.string(), z.string()).default({}),
  binaryData: z.record(z.string(), z.string()).default({}),
});
const statefulSetShape = z.looseObject({ status: z.looseObject({ readyReplicas: z.number().optional() }).optional() });
/** Reads the facts about a mirror from the state. */
export function gatherFacts(mirror: ValidMirror, state: ClusterState, settings: MirrorSettings): MirrorFacts {
  const { namespace } = settings;
  const { object, spec } = mirror;
  const names = namesOf(object.metadata.name);
  const owned = (live: KubernetesObject | undefined): KubernetesObject | undefined =>
    live !== undefined && isOwnedBy(object, live) ? live : undefined;
  const server = owned(state.get(StatefulSet, { namespace, name: names.statefulSet }));
  const agent = owned(state.get(DaemonSet, { namespace, name: names.daemonSet }));
  const rollout = rolloutOf(agent);
  const configProblem = credentialsProblem(mirror, state, namespace) ?? bundleProblem(state, settings);
  return {
    clusterIPs: mirrorView(object, spec, state, settings).service.clusterIPs,
    ...(configProblem !== undefined && { configProblem }),
    replicas: { wanted: spec.replicas, ready: statefulSetShape.safeParse(server).data?.status?.readyReplicas ?? 0 },
    ...(rollout !== undefined && { nodes: { desired: rollout.desired, ready: rollout.ready } }),
  };
}

function secretTexts(
  state: ClusterState,
  namespace: string,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const secret = state.get(Secret, { namespace, name });
  return secret === undefined ? undefined : textsOf(secret);
}

function credentialsProblem(
  { spec }: ValidMirror,
  state: ClusterState,
  namespace: string,
): MirrorFacts['configProblem'] {
  const { credentialsSecret } = spec;
  if (credentialsSecret === undefined) return undefined;
  const texts = secretTexts(state, namespace, credentialsSecret);
  const secret = `Secret ${namespace}/${credentialsSecret} of spec.credentialsSecret`;
  if (texts === undefined) return { reason: 'CredentialsMissing', message: `${secret} does not exist` };
  const missing = ['username', 'password'].filter((key) => (texts[key] ?? '') === '');
  if (missing.length === 0) return undefined;
  return { reason: 'CredentialsIncomplete', message: `${secret} has no ${missing.join(' and no ')}` };
}

function bundleProblem(state: ClusterState, { namespace, caBundle }: MirrorSettings): MirrorFacts['configProblem'] {
  if (caBundle === undefined) return undefined;
  const bundle = state.get(ConfigMap, { namespace, name: caBundle });
  const configMap = `ConfigMap ${namespace}/${caBundle} with the CAs to trust`;
  if (bundle === undefined) {
    return { reason: 'CABundleMissing', message: `${configMap} does not exist; pods wait for it` };
  }
  const { data, binaryData } = bundleShape.parse(bundle);
  const key = basename(podLayout.upstreamCAs);
  if (key in data || key in binaryData) return undefined;
  return { reason: 'CABundleIncomplete', message: `${configMap} has no key ${key}` };
}
