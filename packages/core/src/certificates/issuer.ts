import {
  type Applier,
  type Clock,
  isConflict,
  type KubeClient,
  type KubernetesObject,
  systemClock,
  TerminalError,
} from '@entrepot/kube';
import { Secret } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import { authoritySecretName } from '../plan/naming.ts';
import { isWritableFor, ownedBy } from '../plan/ownership.ts';
import { type Authority, createAuthority, readAuthority } from './authority.ts';
import { textsOf } from './secret-texts.ts';
import {
  readCertificate,
  renewalReason,
  renewalTime,
  type ServingCertificate,
  signServingCertificate,
} from './serving-certificate.ts';

export interface CertificateIssuerOptions {
  readonly client: KubeClient;
  readonly applier: Applier;
  readonly state: ClusterState;
  readonly namespace: string;
  readonly clock?: Clock | undefined;
}

/** When a certificate ends, and when it is to be looked at again. */
export interface IssuedCertificate {
  readonly notAfter: Date;
  readonly renewAt: number;
}

/** How long before a CA's end users are told of it. Its certificates end with it. */
const warningMs = 7 * 86_400_000;

/** Keeps the mirrors' serving certificates good. Keys are random, so this happens outside planning. */
export class CertificateIssuer {
  readonly #options: CertificateIssuerOptions;
  readonly #clock: Clock;
  /** The CA in the Secret of that text, so that its key is not read again for every mirror. */
  #authority: { readonly text: string; readonly read: Promise<Authority> } | undefined;
  #creation: Promise<KubernetesObject> | undefined;

  constructor(options: CertificateIssuerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Sees to it that a mirror's Secret holds a certificate for these names, signed by our CA and not near its end.
   *
   * @throws TerminalError `UnusableAuthority` when the CA's Secret cannot be used, or, after the certificate was seen to,
   *   when the CA is near its end; `ForeignObject` when the mirror's Secret is somebody else's
   */
  async ensure(
    mirror: KubernetesObject,
    { secretName, names }: { readonly secretName: string; readonly names: readonly string[] },
    signal: AbortSignal,
  ): Promise<IssuedCertificate> {
    const authority = await this.#currentAuthority(signal);
    const left = authority.notAfter.getTime() - this.#clock.now();
    if (left <= 0) throw this.#endOf(authority, 'ended');
    const certificate = await this.#ensureSigned(mirror, authority, secretName, names, signal);
    if (left < warningMs) throw this.#endOf(authority, 'ends');
    return certificate;
  }

  #endOf({ notAfter }: Authority, verb: string): TerminalError {
    const secret = `Secret ${this.#options.namespace}/${authoritySecretName}`;
    const advice = "delete the Secret and a new one is made, which nodes get with the mirrors' new certificates";
    return new TerminalError('UnusableAuthority', `${secret}: the CA ${verb} at ${notAfter.toISOString()}; ${advice}`);
  }

  async #ensureSigned(
    mirror: KubernetesObject,
    authority: Authority,
    secretName: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<IssuedCertificate> {
    const { client, state, namespace } = this.#options;
    const key = { namespace, name: secretName };
    const now = this.#clock.now();
    const isGood = (secret: KubernetesObject | undefined): boolean =>
      renewalReason(servingCertificateIn(secret), names, authority, now) === undefined;
    const cached = state.get(Secret, key);
    if (isGood(cached)) return issued(servingCertificateIn(cached));
    // The store may be behind our own last write.
    const live = await client.get(Secret, key, signal);
    if (isGood(live)) return issued(servingCertificateIn(live));
    const certificate = await signServingCertificate(authority, names, now);
    await this.#apply(mirror, key, certificate, signal);
    return issued(certificate);
  }

  async #apply(
    mirror: KubernetesObject,
    metadata: { readonly namespace: string; readonly name: string },
    { certificate, key, authority }: ServingCertificate,
    signal: AbortSignal,
  ): Promise<void> {
    const data = encoded({ 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority });
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data };
    await this.#options.applier.apply(ownedBy(mirror, secret), (live) => isWritableFor(mirror, live), signal);
  }

  async #currentAuthority(signal: AbortSignal): Promise<Authority> {
    const { client, state, namespace } = this.#options;
    const key = { namespace, name: authoritySecretName };
    const secret = state.get(Secret, key) ?? (await client.get(Secret, key, signal)) ?? (await this.#create(signal));
    const texts = textsOf(secret);
    const pair = { certificate: texts['tls.crt'] ?? '', key: texts['tls.key'] ?? '' };
    const text = `${pair.certificate}${pair.key}`;
    if (this.#authority?.text !== text) this.#authority = { text, read: readAuthority(pair) };
    try {
      return await this.#authority.read;
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      throw new TerminalError(error.reason, `Secret ${namespace}/${authoritySecretName}: ${error.message}`, {
        cause: error,
      });
    }
  }

  /** Several mirrors may ask at once, and another operator may have been faster. */
  async #create(signal: AbortSignal): Promise<KubernetesObject> {
    this.#creation ??= this.#createOnce(signal);
    try {
      return await this.#creation;
    } finally {
      this.#creation = undefined;
    }
  }

  async #createOnce(signal: AbortSignal): Promise<KubernetesObject> {
    const { client, namespace } = this.#options;
    const metadata = { namespace, name: authoritySecretName };
    const { certificate, key } = await createAuthority(this.#clock.now());
    const data = encoded({ 'tls.crt': certificate, 'tls.key': key });
    try {
      return await client.create<KubernetesObject>(
        { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data },
        {},
        signal,
      );
    } catch (error) {
      const live = isConflict(error) ? await client.get(Secret, metadata, signal) : undefined;
      if (live === undefined) throw error;
      return live;
    }
  }
}

function servingCertificateIn(secret: KubernetesObject | undefined): ServingCertificate | undefined {
  const texts = secret === undefined ? {} : textsOf(secret);
  const { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority } = texts;
  if (certificate === undefined || key === undefined || authority === undefined) return undefined;
  return { certificate, key, authority };
}

function issued(certificate: ServingCertificate | undefined): IssuedCertificate {
  const facts = readCertificate(certificate?.certificate ?? '');
  if (facts === undefined) throw new Error('a certificate was made that cannot be read');
  return { notAfter: facts.notAfter, renewAt: renewalTime(facts) };
}

function encoded(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
}
