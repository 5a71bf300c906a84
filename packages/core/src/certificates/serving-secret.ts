import type { KubernetesObject } from '@entrepot/kube';
import { certificatesIn } from './anchors.ts';
import type { KeyPair } from './authority.ts';
import { readPair } from './read-pair.ts';
import { encoded, textsOf } from './secret-texts.ts';
import type { ReadPair } from './serving-certificate.ts';

const swappedAtAnnotation = 'entrepot/swapped-at';
const hastyAnnotation = 'entrepot/swapped-without-nodes';

/** What the Secret that a mirror's pods serve from holds. */
export interface ServingSecret {
  /** Undefined where there is none that could be served. */
  readonly pair?: ReadPair;
  /** What nodes are given as trusted. */
  readonly bundle: readonly string[];
  /** When the pair became another one, as long as that matters; in milliseconds. */
  readonly swappedAt?: number;
  /** Whether that was done without waiting for all nodes. */
  readonly isHasty: boolean;
}

/** Reads a serving Secret, ours or one of a former system. */
export function readServingSecret(secret: KubernetesObject | undefined): ServingSecret {
  if (secret === undefined) return { bundle: [], isHasty: false };
  const texts = textsOf(secret);
  const reading = readPair(texts);
  const { [swappedAtAnnotation]: time = '', [hastyAnnotation]: hasty } = secret.metadata.annotations ?? {};
  const swappedAt = Date.parse(time);
  return {
    ...('pair' in reading && { pair: reading.pair }),
    bundle: certificatesIn(texts['ca.crt'] ?? ''),
    ...(!Number.isNaN(swappedAt) && { swappedAt }),
    isHasty: hasty !== undefined,
  };
}

/** The Secret that a mirror's pods serve from; its `ca.crt` is what nodes are given. */
export function servingSecret(
  metadata: { readonly namespace: string; readonly name: string },
  { pair, bundle, swappedAt, isHasty }: Omit<ServingSecret, 'pair'> & { readonly pair: KeyPair },
): KubernetesObject {
  const annotations = {
    ...(swappedAt !== undefined && { [swappedAtAnnotation]: new Date(swappedAt).toISOString() }),
    ...(isHasty && { [hastyAnnotation]: 'true' }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
    type: 'kubernetes.io/tls',
    data: encoded({ 'tls.crt': pair.certificate, 'tls.key': pair.key, 'ca.crt': bundle.join('') }),
  };
}
