import {
  type Applier,
  type ApplyOutcome,
  type Clock,
  type KubeClient,
  type KubernetesObject,
  systemClock,
  TerminalError,
  WaitingError,
} from '@entrepot/kube';
import { DaemonSet, Secret, StatefulSet } from '../api/group.ts';
import type { CertificateChoice } from '../plan/certificate-choice.ts';
import { isOfCertificate } from '../plan/certificate-request.ts';
import { namesOf } from '../plan/naming.ts';
import { isOwnedBy, isWritableFor, ownedBy } from '../plan/ownership.ts';
import { bundleHash, type NodeTrust, nodeTrustOf } from '../plan/trusted-bundle.ts';
import { anchorsOf } from './anchors.ts';
import type { AuthorityKeeper } from './authority-keeper.ts';
import { type CertificateFlaw, flawOf } from './certificate-flaw.ts';
import { type CertificateBasis, CertificateMemory } from './certificate-memory.ts';
import { mountedSecret } from './mounted-secret.ts';
import { isLeftOfRequest, RequestKeeper } from './request-keeper.ts';
import { readServingSecret, type ServingSecret, servingSecret } from './serving-secret.ts';
import { decideTrust, type Trust } from './trust.ts';
import {
  type CertificateProblem,
  type CertificateWish,
  givenCertificate,
  ownCertificate,
  type WantedCertificate,
} from './wanted-certificate.ts';

export interface CertificateKeeperOptions {
  readonly client: KubeClient;
  readonly applier: Applier;
  readonly authority: AuthorityKeeper;
  readonly namespace: string;
  readonly clock?: Clock | undefined;
}

/** What a mirror serves with, and how far the change to something else is. */
export interface CertificateOutcome {
  readonly choice: CertificateChoice;
  /** Undefined while there is nothing to serve. */
  readonly served?: { readonly notAfter: Date; readonly flaw?: CertificateFlaw };
  /** Why what is wanted is not served, or is no good. */
  readonly problem?: CertificateProblem;
  /** Whether something else is served as soon as every node trusts it. */
  readonly isWaiting: boolean;
  /** Whether what is served was changed to though nodes were missing, which may not trust it. */
  readonly isHasty: boolean;
  /** Identifies what nodes are given as trusted. */
  readonly bundleHash?: string;
  /** When time alone may change something. */
  readonly checkAt?: number;
}

/**
 * Keeps the mirrors' serving Secrets. Whatever the source of a certificate is, a mirror changes to it when all its nodes
 * trust it. Keys are random, so this happens outside planning.
 */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #requests: RequestKeeper;
  readonly #clock: Clock;
  readonly #memory = new CertificateMemory();

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#requests = new RequestKeeper(options);
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Brings a mirror's serving Secret in line.
   *
   * @throws TerminalError `ForeignObject` when the Secret is somebody else's; `UnusableAuthority` when there is nothing to
   *   serve and the CA cannot sign; WaitingError of that reason when the CA cannot sign yet
   */
  async ensure(mirror: KubernetesObject, choice: CertificateChoice, signal: AbortSignal): Promise<CertificateOutcome> {
    const now = this.#clock.now();
    const { name } = mirror.metadata;
    const basis = choice.source === 'own' ? await this.#basis(mirror, choice, now, signal) : undefined;
    const known = basis && this.#memory.recall(name, basis, now);
    if (known !== undefined) return known;
    const { outcome, isInPlace } = await this.#ensure(mirror, choice, now, signal);
    if (basis !== undefined && isInPlace) this.#memory.keep(name, basis, outcome);
    else this.#memory.forget(name);
    return outcome;
  }

  /** To be called when a mirror is gone. */
  forget(mirror: string): void {
    this.#memory.forget(mirror);
  }

  async #ensure(
    mirror: KubernetesObject,
    choice: CertificateChoice,
    now: number,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: CertificateOutcome; readonly isInPlace: boolean }> {
    const { namespace } = this.#options;
    const present = await this.#present(mirror, choice, signal);
    const { wanted, problem, checkAt } = await this.#wish(mirror, choice, present, now, signal);
    const nodes = await this.#nodeTrust(mirror, signal);
    const { isSwap, ...decision } = decideTrust(trustOf(present, wanted, choice, nodes, now), now);
    const pair = isSwap ? await wanted?.pair() : present.pair;
    const { isWaiting, isHasty } = decision;
    const stage = { choice, isWaiting, isHasty, ...(problem !== undefined && { problem }) };
    if (pair === undefined) return { outcome: stage, isInPlace: false };
    const secret = servingSecret({ namespace, name: choice.secretName }, { pair, ...decision });
    const isInPlace = (await this.#apply(mirror, secret, signal)) === 'unchanged';
    const { notAfter } = pair.facts;
    const renewAt = isSwap ? undefined : wanted?.renewAt;
    const flaw = flawOf(pair.facts, choice.servingNames, now);
    const times = [decision.nextAt, renewAt, checkAt, flaw?.endsAt, notAfter.getTime()];
    const outcome = {
      ...stage,
      served: { notAfter, ...(flaw !== undefined && { flaw }) },
      bundleHash: bundleHash(decision.bundle.join('')),
      checkAt: Math.min(...times.filter((time) => time !== undefined)),
    };
    return { outcome, isInPlace };
  }

  /** Undefined while there is no CA to sign with. */
  async #basis(
    mirror: KubernetesObject,
    choice: CertificateChoice,
    now: number,
    signal: AbortSignal,
  ): Promise<CertificateBasis | undefined> {
    const authority = await this.#options.authority.current(now, signal).catch(() => undefined);
    if (authority === undefined) return undefined;
    const { certificateSecret, servingSecret: copy } = namesOf(mirror.metadata.name);
    const secrets = [await this.#read(certificateSecret, signal), await this.#read(copy, signal)];
    return {
      uid: mirror.metadata.uid,
      choice,
      secrets: secrets.map((secret) => secret && `${secret.metadata.uid}@${secret.metadata.resourceVersion}`),
      authority: authority.certificate,
      nodes: await this.#nodeTrust(mirror, signal),
    };
  }

  /** What is served now, be it from the Secret of another source. What a former system left counts as well. */
  async #present(mirror: KubernetesObject, choice: CertificateChoice, signal: AbortSignal): Promise<ServingSecret> {
    const { certificateSecret, servingSecret: copy } = namesOf(mirror.metadata.name);
    const other = choice.secretName === copy ? certificateSecret : copy;
    const [own, ofOther] = [await this.#read(choice.secretName, signal), await this.#read(other, signal)];
    const ours = [own, ofOther].find((secret) => secret !== undefined && isOwnedBy(mirror, secret));
    const isLeft = own !== undefined && isOfCertificate(mirror.metadata.name, own);
    return readServingSecret(ours ?? (isLeft ? own : await this.#mounted(mirror, signal)));
  }

  /** mirror-operator's pods serve from the Secret of all mirrors, which nodes go on trusting whatever is configured now. */
  async #mounted(mirror: KubernetesObject, signal: AbortSignal): Promise<KubernetesObject | undefined> {
    const { applier, namespace } = this.#options;
    const key = { namespace, name: namesOf(mirror.metadata.name).statefulSet };
    const server = await applier.read(StatefulSet, key, signal);
    const secret = server !== undefined && isOwnedBy(mirror, server) ? mountedSecret(server) : undefined;
    return secret === undefined ? undefined : this.#read(secret, signal);
  }

  async #wish(
    mirror: KubernetesObject,
    choice: CertificateChoice,
    present: ServingSecret,
    now: number,
    signal: AbortSignal,
  ): Promise<CertificateWish> {
    if (choice.isTentative && present.pair !== undefined) return {};
    if (choice.source === 'own') return this.#ownWish(choice, present, now, signal);
    const name = choice.givenSecret;
    const given = await this.#read(name, signal);
    const refusal = choice.source === 'issuer' ? await this.#requests.ask(mirror, choice, given, signal) : undefined;
    if (refusal !== undefined) return { problem: refusal };
    const origin = choice.source === 'user' ? choice.givenBy : 'cert-manager';
    const title = `Secret ${this.#options.namespace}/${name} of ${origin}`;
    if (choice.source === 'user') return givenCertificate(title, given, choice.servingNames, present, now);
    // One that became the mirror's still says whose it was.
    if (given !== undefined && isOfCertificate(mirror.metadata.name, given) && !isOwnedBy(mirror, given)) {
      return givenCertificate(title, given, choice.servingNames, present, now);
    }
    return { problem: { reason: 'Pending', message: `cert-manager has not made Secret ${name} yet` } };
  }

  async #ownWish(
    { names }: CertificateChoice,
    present: ServingSecret,
    now: number,
    signal: AbortSignal,
  ): Promise<CertificateWish> {
    try {
      const authority = await this.#options.authority.current(now, signal);
      return { wanted: await ownCertificate(authority, names, present, now) };
    } catch (error) {
      const isWaiting = error instanceof WaitingError;
      if (present.pair === undefined || !(isWaiting || error instanceof TerminalError)) throw error;
      const { reason, message } = error;
      return { problem: { reason, message }, ...(isWaiting && { checkAt: now + error.afterMs }) };
    }
  }

  async #apply(mirror: KubernetesObject, secret: KubernetesObject, signal: AbortSignal): Promise<ApplyOutcome> {
    const live = await this.#read(secret.metadata.name, signal);
    const isLeft = live !== undefined && isLeftOfRequest(mirror, live);
    if (isLeft) await this.#requests.withdraw(mirror, live, signal);
    const isOurs = (found: KubernetesObject): boolean =>
      (isLeft && isOfCertificate(mirror.metadata.name, found)) || isWritableFor(mirror, found);
    return this.#options.applier.apply(ownedBy(mirror, secret), isOurs, signal);
  }

  async #nodeTrust(mirror: KubernetesObject, signal: AbortSignal): Promise<NodeTrust> {
    const { applier, namespace } = this.#options;
    const key = { namespace, name: namesOf(mirror.metadata.name).daemonSet };
    const daemonSet = await applier.read(DaemonSet, key, signal);
    return nodeTrustOf(daemonSet !== undefined && isOwnedBy(mirror, daemonSet) ? daemonSet : undefined);
  }

  #read(name: string, signal: AbortSignal): Promise<KubernetesObject | undefined> {
    const { applier, namespace } = this.#options;
    return applier.read(Secret, { namespace, name }, signal);
  }
}

function trustOf(
  { pair, bundle, swappedAt, isHasty }: ServingSecret,
  wanted: WantedCertificate | undefined,
  { servingNames, isForNodes }: CertificateChoice,
  nodes: NodeTrust,
  now: number,
): Trust {
  return {
    ...(pair !== undefined && {
      served: {
        anchors: anchorsOf(pair.certificate, bundle),
        notBefore: pair.facts.notBefore.getTime(),
        notAfter: pair.facts.notAfter.getTime(),
        isWanted: wanted?.isServed ?? false,
        isUseful: servingNames.length > 0 && flawOf(pair.facts, servingNames, now)?.isFatal !== true,
      },
    }),
    ...(wanted !== undefined && { wanted }),
    bundle,
    hasNodes: isForNodes || nodes.isKept,
    isAcknowledged: nodes.acknowledged === bundleHash(bundle.join('')),
    ...(swappedAt !== undefined && { swappedAt }),
    isHasty,
  };
}
