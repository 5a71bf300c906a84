import { cacheSizeBytes } from '../plan/cache-size.ts';
import { authoritySecretName, isMirrorSecret } from '../plan/naming.ts';
import { type ClaimSpec, claimSpec } from './claim-spec.ts';
import { parseDuration } from './duration.ts';
import { parseRegistryHost } from './host.ts';
import { type IssuerReference, issuerReference } from './issuer-reference.ts';
import { apiHost } from './known-upstreams.ts';
import { type Problem, problemsOf } from './problem.ts';
import { parseQuantity } from './quantity.ts';
import { mirrorSpecSchema, type RawMirrorSpec } from './registry-mirror-spec.ts';
import { parseSpoken } from './spoken.ts';
import { unknownFieldsWarning } from './unknown-fields.ts';

/** Services and pods are named after the mirror, and such names hold 63 characters with what is added to them. */
export const mirrorNamePattern = '^[a-z0-9]([a-z0-9-]{0,34}[a-z0-9])?$';

/** Kubernetes keeps sizes in 64 bits with a sign; what is larger it makes smaller without a word, or refuses far from here. */
const sizesEnd = 2 ** 63;

/** A RegistryMirror's spec with everything decided that the operator's settings have no say in. */
export interface MirrorSpec {
  /** `host[:port]`, as in spec.upstreamUrl. */
  readonly upstreamHost: string;
  readonly masqueradeHost: string;
  readonly upstream: {
    /** Where requests are sent. */
    readonly host: string;
    readonly plainHTTP: boolean;
    readonly redirectHosts: readonly string[];
    readonly tokenHosts: readonly string[];
  };
  readonly credentialsSecret?: string;
  readonly claim: ClaimSpec;
  readonly priorityClass?: string;
  /** Undefined: the operator's default. */
  readonly addressing?: NonNullable<RawMirrorSpec['addressing']>;
  readonly template?: string;
  readonly templateOptions: Readonly<Record<string, unknown>>;
  readonly replicas: number;
  /** Undefined, and without either: what the operator is configured for. */
  readonly tls?: { readonly secretName?: string; readonly issuerRef?: IssuerReference };
  readonly cache: {
    readonly tagTTLSeconds: number;
    readonly staleIfErrorSeconds: number;
    /** Undefined: as much as the volume allows. */
    readonly maxSizeBytes?: number;
  };
}

export type Normalised =
  { readonly spec: MirrorSpec; readonly warnings: readonly string[] } | { readonly problems: readonly Problem[] };

/** Parses a RegistryMirror's name and spec, whatever an older schema let through, or says what is wrong with them. */
export function normaliseMirror(name: string, raw: unknown): Normalised {
  const parsed = parseSpoken(mirrorSpecSchema, raw ?? {});
  const problems: Problem[] = [];
  if (!new RegExp(mirrorNamePattern).test(name)) {
    problems.push({ field: 'metadata.name', message: 'must be at most 36 lower-case letters, digits and dashes' });
  }
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error, ['spec']));
    return { problems };
  }
  const unread = unknownFieldsWarning(Object.keys(parsed.data), Object.keys(mirrorSpecSchema.shape));
  const warnings = unread === undefined ? [] : [unread];
  const host = (field: string, text: string): string => {
    const found = parseRegistryHost(text);
    if (found === undefined) problems.push({ field, message: `must be a registry host, host[:port], got ${text}` });
    if (found?.scheme !== undefined) warnings.push(schemeWarning(field, found.scheme, found.host));
    return found?.host ?? text;
  };
  const upstreamHost = host('spec.upstreamUrl', parsed.data.upstreamUrl);
  const { masqueradeUrl } = parsed.data;
  const masqueradeHost =
    masqueradeUrl === undefined ? `mirror-${upstreamHost}` : host('spec.masqueradeUrl', masqueradeUrl);
  const { credentialsSecret, tls } = parsed.data;
  for (const [field, secret] of [
    ['spec.credentialsSecret', credentialsSecret],
    ['spec.tls.secretName', tls?.secretName],
  ] as const) {
    if (secret !== authoritySecretName) continue;
    problems.push({ field, message: `must not be ${authoritySecretName}, which holds the key of the mirrors' CA` });
  }
  // What the operator may read, others may not get by a mirror of theirs.
  if (tls?.secretName !== undefined && isMirrorSecret(tls.secretName)) {
    const message = `must not be ${tls.secretName}, as the operator calls a Secret of its own; give yours another name`;
    problems.push({ field: 'spec.tls.secretName', message });
  }
  const spec = withDefaults(parsed.data, upstreamHost, masqueradeHost);
  const storage = parseQuantity(spec.claim.resources.requests.storage);
  if (storage === undefined) {
    problems.push({ field: 'spec.volumeClaimTemplate.spec.resources.requests.storage', message: 'must be a size' });
  } else if (storage >= sizesEnd) {
    const message = `must be below 8Ei, the largest size that Kubernetes knows, got ${spec.claim.resources.requests.storage}`;
    problems.push({ field: 'spec.volumeClaimTemplate.spec.resources.requests.storage', message });
  } else if ((spec.cache.maxSizeBytes ?? 0) > storage) {
    const message = `must not be above the requested storage, ${spec.claim.resources.requests.storage}`;
    problems.push({ field: 'spec.cache.maxSize', message });
  }
  if (problems.length > 0) return { problems };
  return { spec: withRoomForDownloads(spec, parsed.data.cache?.maxSize, warnings), warnings };
}

/** What is on its way in lies on the same volume, and is not counted yet. */
function withRoomForDownloads(spec: MirrorSpec, maxSize: string | undefined, warnings: string[]): MirrorSpec {
  const { storage } = spec.claim.resources.requests;
  const maxSizeBytes = cacheSizeBytes(storage);
  if ((spec.cache.maxSizeBytes ?? 0) <= maxSizeBytes) return spec;
  warnings.push(
    `spec.cache.maxSize ${maxSize} leaves no room for downloads beside the cache: 80 % of the volume of ${storage} is used`,
  );
  return { ...spec, cache: { ...spec.cache, maxSizeBytes } };
}

function schemeWarning(field: string, scheme: string, host: string): string {
  const hint = scheme === 'http' ? ' (spec.upstream.plainHTTP asks for a connection without TLS)' : '';
  return `${field} names a host, without a scheme: ${scheme}:// is ignored, ${host} is used${hint}`;
}

function tlsOf({ secretName, issuerRef }: NonNullable<RawMirrorSpec['tls']>): NonNullable<MirrorSpec['tls']> {
  return {
    ...(secretName !== undefined && { secretName }),
    ...(issuerRef !== undefined && { issuerRef: issuerReference(issuerRef) }),
  };
}

function withDefaults(raw: RawMirrorSpec, upstreamHost: string, masqueradeHost: string): MirrorSpec {
  const maxSizeBytes = raw.cache?.maxSize === undefined ? undefined : parseQuantity(raw.cache.maxSize);
  return {
    upstreamHost,
    masqueradeHost,
    upstream: {
      host: apiHost(upstreamHost),
      plainHTTP: raw.upstream?.plainHTTP ?? false,
      redirectHosts: raw.upstream?.redirectHosts ?? [],
      tokenHosts: raw.upstream?.tokenHosts ?? [],
    },
    ...(raw.credentialsSecret !== undefined && { credentialsSecret: raw.credentialsSecret }),
    claim: claimSpec(raw.volumeClaimTemplate),
    ...(raw.priorityClass !== undefined && { priorityClass: raw.priorityClass }),
    ...(raw.addressing !== undefined && { addressing: raw.addressing }),
    ...(raw.template !== undefined && { template: raw.template }),
    templateOptions: raw.templateOptions ?? {},
    replicas: raw.replicas ?? 2,
    ...(raw.tls !== undefined && { tls: tlsOf(raw.tls) }),
    cache: {
      tagTTLSeconds: parseDuration(raw.cache?.tagTTL ?? '30s') ?? 30,
      staleIfErrorSeconds: parseDuration(raw.cache?.staleIfError ?? '7d') ?? 604_800,
      ...(maxSizeBytes !== undefined && { maxSizeBytes }),
    },
  };
}
