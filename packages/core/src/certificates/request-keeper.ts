import {
  ApiError,
  apiVersionOf,
  type Applier,
  type KubeClient,
  type KubernetesObject,
  type ObjectKey,
} from '@entrepot/kube';
import type { CertificateChoice } from '../plan/certificate-choice.ts';
import { Certificate, certificateRequest, isOfCertificate } from '../plan/certificate-request.ts';
import { namesOf } from '../plan/naming.ts';
import { isOwnedBy, isWritableFor, ownedBy } from '../plan/ownership.ts';
import type { CertificateProblem } from './wanted-certificate.ts';

export interface RequestKeeperOptions {
  readonly client: KubeClient;
  readonly applier: Applier;
  readonly namespace: string;
}

type Owners = NonNullable<KubernetesObject['metadata']['ownerReferences']>;

/**
 * Keeps the Certificates by which cert-manager is asked, and makes the Secrets that it writes belong to somebody: by itself, it
 * leaves a Secret and the key in it behind when its Certificate goes.
 */
export class RequestKeeper {
  readonly #options: RequestKeeperOptions;

  constructor(options: RequestKeeperOptions) {
    this.#options = options;
  }

  /**
   * Asks for a certificate; returns why that is not possible. As long as the Secret of that name is the mirror's, it is in the way.
   *
   * @param secret the Secret that cert-manager is to write, as it is now
   */
  async ask(
    mirror: KubernetesObject,
    choice: CertificateChoice,
    secret: KubernetesObject | undefined,
    signal: AbortSignal,
  ): Promise<CertificateProblem | undefined> {
    const { name } = mirror.metadata;
    const request = certificateRequest(name, choice, this.#options.namespace);
    if (request === undefined || (secret !== undefined && isOwnedBy(mirror, secret))) return undefined;
    try {
      await this.#options.applier.apply(ownedBy(mirror, request), (live) => isWritableFor(mirror, live), signal);
      if (secret !== undefined && isOfCertificate(name, secret) && !isBound(secret)) {
        const live = await this.#request(mirror, signal);
        if (live !== undefined) await this.#give(secret, [ownerReference(live)], signal);
      }
      return undefined;
    } catch (error) {
      if (!isUnknownKind(error)) throw error;
      const message = 'the API server does not know Certificates: install cert-manager, or name no issuer';
      return { reason: 'CertManagerMissing', message };
    }
  }

  /**
   * Takes the request back, so that cert-manager does not go on writing into the Secret, which is to stay. With two owners it
   * does when one of them goes; and all else that belongs to the Certificate goes with it.
   */
  async withdraw(mirror: KubernetesObject, secret: KubernetesObject, signal: AbortSignal): Promise<void> {
    try {
      const request = await this.#request(mirror, signal);
      if (request === undefined) return;
      const { ownerReferences = [] } = ownedBy(mirror, secret).metadata;
      await this.#give(secret, [...ownerReferences, ownerReference(request)], signal);
      const { uid } = request.metadata;
      await this.#options.client.delete(Certificate, this.#keyOf(mirror), { uid, propagation: 'Background' }, signal);
    } catch (error) {
      if (!isUnknownKind(error)) throw error;
    }
  }

  async #give(
    { apiVersion, kind, metadata, ...fields }: KubernetesObject,
    ownerReferences: Owners,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, uid } = metadata;
    const { namespace } = this.#options;
    // With its type, a Secret that went meanwhile cannot be made anew: one for TLS must not be empty.
    const owned = { apiVersion, kind, metadata: { namespace, name, ownerReferences }, type: fields['type'] };
    await this.#options.applier.apply(owned, (live) => live.metadata.uid === uid, signal);
  }

  /** The live Certificate, if it is the mirror's. */
  async #request(mirror: KubernetesObject, signal: AbortSignal): Promise<KubernetesObject | undefined> {
    const request = await this.#options.client.get<KubernetesObject>(Certificate, this.#keyOf(mirror), signal);
    return request !== undefined && isOwnedBy(mirror, request) ? request : undefined;
  }

  #keyOf(mirror: KubernetesObject): ObjectKey {
    return { namespace: this.#options.namespace, name: namesOf(mirror.metadata.name).certificate };
  }
}

/** Whether a Secret is of a request that was not taken back yet, as far as the Secret says. */
export function isLeftOfRequest(mirror: KubernetesObject, secret: KubernetesObject): boolean {
  return isOfCertificate(mirror.metadata.name, secret) && (!isOwnedBy(mirror, secret) || isBound(secret));
}

/** Whether a Secret goes with a Certificate. cert-manager can be told to see to that itself. */
function isBound({ metadata }: KubernetesObject): boolean {
  const { kind, group } = Certificate;
  return (
    metadata.ownerReferences?.some((owner) => owner.kind === kind && owner.apiVersion.startsWith(`${group}/`)) ?? false
  );
}

function ownerReference({ metadata: { name, uid = '' } }: KubernetesObject): Owners[number] {
  return { apiVersion: apiVersionOf(Certificate), kind: Certificate.kind, name, uid };
}

function isUnknownKind(error: unknown): boolean {
  return error instanceof ApiError && error.reason === 'NoSuchKind';
}
