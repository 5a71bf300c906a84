import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { type ClaimSpec } from '../api/claim-spec.ts';
import { StatefulSet } from '../api/group.ts';
import { parseQuantity } from '../api/quantity.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import { cacheServer } from './cache-server.ts';
import { type CertificateChoice, chooseCertificate } from './certificate-choice.ts';
import { configSecret, renderConfig } from './config.ts';
import { namesOf } from './naming.ts';
import { nodeAgent } from './node-agent.ts';
import { ownedBy, plannedBy } from './ownership.ts';
import { services } from './services.ts';
import type { ValidMirror } from './survey.ts';

/** What is wanted for one mirror. All objects are complete: labelled and owned. */
export interface MirrorPlan {
  /** Applied first: their addresses are what the rest depends on. */
  readonly services: readonly KubernetesObject[];
  readonly certificate: CertificateChoice;
  readonly configSecret: KubernetesObject;
  readonly cacheServer: KubernetesObject;
  readonly nodeAgent?: KubernetesObject;
  /** Objects of strategies. */
  readonly strategyObjects: readonly KubernetesObject[];
  /** Set when the claims that exist are not those the spec asks for, as a sentence. */
  readonly storageNote?: string;
}

const liveClaims = z.looseObject({
  spec: z.looseObject({
    volumeClaimTemplates: z.array(
      z.looseObject({
        spec: z.looseObject({
          accessModes: z.array(z.string()),
          resources: z.looseObject({ requests: z.looseObject({ storage: z.union([z.string(), z.number()]) }) }),
        }),
      }),
    ),
  }),
});

/**
 * Plans a mirror. Pure.
 *
 * @throws TerminalError `TemplateFailed`
 */
export function planMirror(mirror: ValidMirror, state: ClusterState, settings: MirrorSettings): MirrorPlan {
  const { object, spec, choice } = mirror;
  const { namespace } = settings;
  const { name } = object.metadata;
  const owned = (planned: KubernetesObject): KubernetesObject => ownedBy(object, planned);
  const contributions = mirror.strategies.flatMap(({ contribution }) => contribution ?? []);
  const certificate = chooseCertificate(
    name,
    contributions.flatMap(({ servingNames }) => servingNames ?? []),
    settings,
  );
  const { claim, note } = existingClaim(spec.claim, state, { namespace, name: namesOf(name).statefulSet });
  const config = renderConfig(name, spec, claim.resources.requests.storage, settings, choice.template);
  const node = contributions.flatMap(({ node }) => node ?? []);
  const agent = nodeAgent({ mirror: name, priorityClass: spec.priorityClass, settings, certificate, node });
  return {
    services: services(name, namespace).map(owned),
    certificate,
    configSecret: owned(configSecret(name, namespace, config)),
    cacheServer: owned(cacheServer({ mirror: name, spec, claim, settings, config, certificate })),
    ...(agent !== undefined && { nodeAgent: owned(agent) }),
    strategyObjects: mirror.strategies.flatMap(({ status, contribution }) =>
      (contribution?.objects ?? []).map((planned) => owned(plannedBy(status.name, planned))),
    ),
    ...(note !== undefined && { storageNote: note }),
  };
}

/**
 * A StatefulSet's claim templates are immutable: where one exists, its claims are planned as they are, so that everything
 * else of a mirror can still change.
 */
function existingClaim(
  wanted: ClaimSpec,
  state: ClusterState,
  key: { readonly namespace: string; readonly name: string },
): { readonly claim: ClaimSpec; readonly note?: string } {
  const live = liveClaims.safeParse(state.get(StatefulSet, key)).data?.spec.volumeClaimTemplates[0]?.spec;
  if (live === undefined) return { claim: wanted };
  const has = live.resources.requests.storage;
  const wants = wanted.resources.requests.storage;
  const differs =
    parseQuantity(has) !== parseQuantity(wants) ||
    live.accessModes.join() !== wanted.accessModes.join() ||
    (wanted['storageClassName'] !== undefined && wanted['storageClassName'] !== live['storageClassName']);
  if (!differs) return { claim: wanted };
  const note = `spec.volumeClaimTemplate asks for other volumes than exist (${has}, ${live.accessModes.join()}); those stay as they are`;
  return { claim: live, note };
}
