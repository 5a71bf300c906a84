import type { KubernetesObject } from '@entrepot/kube';
import { StatefulSet } from '../api/group.ts';
import { isOverlapping } from './agent-pace.ts';
import { cacheServer } from './cache-server.ts';
import { type CertificateChoice, chooseCertificate } from './certificate-choice.ts';
import { certificateRequest } from './certificate-request.ts';
import { configSecret, renderConfig } from './config.ts';
import { formerNodeState, liveNodeAgent, type NodeStateInput } from './former-node-state.ts';
import { formerTolerations } from './former-tolerations.ts';
import { guards } from './guards.ts';
import { mirrorView } from './mirror-view.ts';
import { namesOf } from './naming.ts';
import { nodeAgent } from './node-agent.ts';
import { isOwnedBy, ownedBy, plannedBy } from './ownership.ts';
import { noHandover, type PodHandover } from './pod-handover.ts';
import { services } from './services.ts';
import { storeClaims } from './store-claims.ts';
import type { ValidMirror } from './survey.ts';
import { trustedIn } from './trusted-bundle.ts';
import { type ClaimGrowth, planVolumes, type StorageNote } from './volumes.ts';
import type { NodePlan } from './withdrawal.ts';

/** What is wanted for one mirror. All objects are complete: labelled and owned. */
export interface MirrorPlan extends NodePlan {
  /** Applied first: their addresses are what the rest depends on. */
  readonly services: readonly KubernetesObject[];
  readonly certificate: CertificateChoice;
  /** What cert-manager is asked for, where it is to make the certificate. */
  readonly certificateRequest?: KubernetesObject;
  readonly configSecret: KubernetesObject;
  /** What protects the pods; they serve without as well. */
  readonly guards: readonly KubernetesObject[];
  readonly cacheServer: KubernetesObject;
  /** Objects of strategies. */
  readonly strategyObjects: readonly KubernetesObject[];
  /** Claims that are to ask for larger volumes. */
  readonly growth: readonly ClaimGrowth[];
  /** Set when the volumes that exist are not those the spec asks for. */
  readonly storageNote?: StorageNote;
}

/** What the state alone does not say. */
export interface GivenFacts {
  /** Hash of the certificates that nodes are to trust; by default of those in the serving Secret. */
  readonly trusted?: string | undefined;
  /** How pods of another system are being replaced; by default, none are. */
  readonly handover?: PodHandover;
}

/**
 * Plans a mirror. Pure.
 *
 * @throws TerminalError `TemplateFailed`
 */
export function planMirror(
  mirror: ValidMirror,
  input: NodeStateInput,
  { handover = noHandover, ...given }: GivenFacts = {},
): MirrorPlan {
  const { object, spec, choice } = mirror;
  const { state, settings } = input;
  const { namespace } = settings;
  const { name } = object.metadata;
  const owned = (planned: KubernetesObject): KubernetesObject => ownedBy(object, planned);
  const contributions = mirror.strategies.flatMap(({ contribution }) => contribution ?? []);
  const certificate = chooseCertificate(mirror, state, settings);
  const { secretName } = certificate;
  const server = state.get(StatefulSet, { namespace, name: namesOf(name).statefulSet });
  const isOurs = server !== undefined && (object.metadata.uid === undefined || isOwnedBy(object, server));
  const existing = isOurs ? server : undefined;
  // The claims of somebody else's StatefulSet would be called so, too.
  const claims = server === undefined || isOurs ? storeClaims(name, spec.replicas, namespace, state) : [];
  const volumes = planVolumes({ wanted: spec.claim, server: existing, claims, state, namespace });
  const { claim, storage, growth, note } = volumes;
  const view = mirrorView(object, spec, state, settings);
  const config = renderConfig(view, spec, storage, settings, choice.template);
  const node = contributions.flatMap(({ node }) => node ?? []);
  const former = formerNodeState(mirror, input);
  const request = certificateRequest(name, certificate, namespace);
  const trusted = given.trusted ?? trustedIn({ namespace, name: secretName }, state);
  const live = liveNodeAgent(object, input);
  const pace = { isKeeping: node.length > 0, isWithdrawing: former.length > 0, live };
  const agent = nodeAgent({
    mirror: name,
    priorityClass: spec.priorityClass,
    settings,
    trusted: { secretName, hash: trusted },
    node,
    former,
    formerTolerations: formerTolerations(object, live, settings),
    live,
  });
  return {
    services: services({ mirror: name, namespace, handover, isOverlapping: isOverlapping(pace) }).map(owned),
    certificate,
    ...(request !== undefined && { certificateRequest: owned(request) }),
    configSecret: owned(configSecret(name, namespace, config)),
    guards: guards(name, state, settings).map(owned),
    cacheServer: owned(cacheServer({ mirror: name, spec, claim, settings, config, certificate, handover, existing })),
    ...(agent !== undefined && { nodeAgent: owned(agent) }),
    node,
    former,
    strategyObjects: mirror.strategies.flatMap(({ status, contribution }) =>
      (contribution?.objects ?? []).map((planned) => owned(plannedBy(status.name, name, planned))),
    ),
    growth,
    ...(note !== undefined && { storageNote: note }),
  };
}
