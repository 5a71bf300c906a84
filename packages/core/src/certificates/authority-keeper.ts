import { type Applier, type KubernetesObject, TerminalError, WaitingError } from '@entrepot/kube';
import { Secret } from '../api/group.ts';
import { authoritySecretName } from '../plan/naming.ts';
import { type Authority, createAuthority, isOwnAuthority, readAuthority } from './authority.ts';
import { encoded, textsOf } from './secret-texts.ts';
import { renewalTime } from './serving-certificate.ts';

/** Keeps the CA in its Secret: made when there is none, and made anew after two thirds of its life. */
export class AuthorityKeeper {
  readonly #applier: Applier;
  readonly #key: { readonly namespace: string; readonly name: string };
  /** The CA in the Secret of that text, so that its key is not read again for every mirror. */
  #authority: { readonly text: string; readonly read: Promise<Authority> } | undefined;
  #making: Promise<void> | undefined;

  constructor(applier: Applier, namespace: string) {
    this.#applier = applier;
    this.#key = { namespace, name: authoritySecretName };
  }

  /**
   * The CA to sign with. One that a user provides is used to its end.
   *
   * @throws TerminalError `UnusableAuthority`, naming the Secret and what to do; WaitingError of that reason for one that is not
   *   valid yet
   */
  async current(now: number, signal: AbortSignal): Promise<Authority> {
    const found = await this.#read(signal);
    if (found !== undefined && !(isOwnAuthority(found) && now >= renewalTime(found))) {
      const { notBefore, notAfter } = found;
      if (notAfter.getTime() <= now) throw this.#unusable(`the CA ended at ${notAfter.toISOString()}`);
      const waitMs = notBefore.getTime() - now;
      if (waitMs <= 0) return found;
      const { reason, message } = this.#unusable(`the CA is not valid before ${notBefore.toISOString()}`);
      throw new WaitingError(reason, message, waitMs);
    }
    // Several mirrors may ask at once.
    this.#making ??= this.#make(found, now, signal).finally(() => (this.#making = undefined));
    await this.#making;
    const made = await this.#read(signal);
    if (made === undefined) throw new Error(`Secret ${this.#key.name} went as soon as it was made`);
    return made;
  }

  async #read(signal: AbortSignal): Promise<Authority | undefined> {
    const secret = await this.#applier.read(Secret, this.#key, signal);
    if (secret === undefined) return undefined;
    const { 'tls.crt': certificate = '', 'tls.key': key = '' } = textsOf(secret);
    const text = `${certificate}${key}`;
    if (this.#authority?.text !== text) this.#authority = { text, read: readAuthority({ certificate, key }) };
    try {
      return await this.#authority.read;
    } catch (error) {
      throw error instanceof TerminalError ? this.#unusable(error.message, error) : error;
    }
  }

  /** Another operator may be faster: its CA is then as good. */
  async #make(former: Authority | undefined, now: number, signal: AbortSignal): Promise<void> {
    const { certificate, key } = await createAuthority(now);
    const data = encoded({ 'tls.crt': certificate, 'tls.key': key });
    // A Secret's type cannot be changed, and a restored one may have another.
    const live = former && (await this.#applier.read(Secret, this.#key, signal));
    const type = live?.['type'] ?? 'kubernetes.io/tls';
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: this.#key, type, data };
    const isFormer = (live: KubernetesObject): boolean =>
      former !== undefined && textsOf(live)['tls.crt'] === former.certificate;
    try {
      await this.#applier.apply(secret, isFormer, signal);
    } catch (error) {
      if (!(error instanceof TerminalError && error.reason === 'ForeignObject')) throw error;
    }
  }

  #unusable(why: string, cause?: unknown): TerminalError {
    const { namespace, name } = this.#key;
    const advice = 'delete the Secret and a new one is made, which mirrors change to when their nodes trust it';
    return new TerminalError('UnusableAuthority', `Secret ${namespace}/${name}: ${why}; ${advice}`, { cause });
  }
}
