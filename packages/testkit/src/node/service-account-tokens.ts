import type { Clock, KubeClient } from '@entrepot/kube';
import type { Pod, TokenSource } from './pod.ts';

interface TokenRequest {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/** The service account tokens of one pod, asked for when a volume needs one and again before it expires. */
export class ServiceAccountTokens {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, { readonly token: string; readonly renewAt: number }>();

  constructor(client: KubeClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Bound to the pod: with the pod's deletion the API server refuses it. */
  async token(pod: Pod, { audience, expirationSeconds = 3_600 }: TokenSource, signal: AbortSignal): Promise<string> {
    const key = `${audience ?? ''} ${expirationSeconds}`;
    const known = this.#tokens.get(key);
    if (known !== undefined && this.#clock.now() < known.renewAt) return known.token;
    const { namespace = '', name, uid = '' } = pod.metadata;
    const account = `/api/v1/namespaces/${namespace}/serviceaccounts/${pod.spec.serviceAccountName ?? 'default'}`;
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name, uid };
    const spec = { audiences: audience === undefined ? undefined : [audience], expirationSeconds, boundObjectRef };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const { status } = await this.#client.request<TokenRequest>('POST', `${account}/token`, { body, signal });
    // At 80 % of its life, as a kubelet does.
    this.#tokens.set(key, { token: status.token, renewAt: this.#clock.now() + expirationSeconds * 800 });
    return status.token;
  }
}
