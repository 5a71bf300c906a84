import { z } from 'zod';

const hostPattern = z
  .string()
  .regex(/^(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?$/, 'must be a host, or *.domain');

const upstream = z.strictObject({
  /** Keeps the content of two upstreams apart in the store: the upstream's host as the mirror's specification writes it. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/, 'must be a host, with a port if need be'),
  /** Where requests go: scheme and host, nothing else. `http:` only for upstreams that have no TLS. */
  url: z.url({ protocol: /^https?$/ }).refine(isOrigin, 'must be scheme, host and port only'),
  /** Hosts, beside the upstream's own domain, that blobs may be redirected to. */
  redirectHosts: z.array(hostPattern).default([]),
  /** Hosts, beside the upstream's own domain, that may hand out tokens and see the credentials. */
  tokenHosts: z.array(hostPattern).default([]),
  /** PEM file of authorities that are trusted beside the public ones. */
  caFile: z.string().min(1).optional(),
});

const server = z.strictObject({
  /** What it has written its process id to. Both must see one another's processes. */
  pidFile: z.string().min(1),
  /** Where it listens for TLS, as seen from here. */
  host: z.string().min(1),
  port: z.int().min(1).max(65_535),
  /** PEM file with the certificate that it is to serve, and no key. */
  certificate: z.string().min(1),
});

const schema = z
  .strictObject({
    /** The unix socket it answers on. */
    listen: z.string().min(1),
    /** Folder of verified content. */
    store: z.string().min(1),
    /** The volume that these are on. What mirror-operator's caches left there is removed at the start. */
    volume: z.string().min(1).optional(),
    /** nginx's cache of slices, as its `proxy_cache_path` and `slice` directives say. */
    slices: z.strictObject({
      path: z.string().min(1),
      levels: z
        .array(z.union([z.literal(1), z.literal(2)]))
        .min(1)
        .max(3),
      sizeBytes: z.int().positive(),
    }),
    upstream,
    /** Folder with the files `username` and `password`. Without it, or while they are missing, requests are anonymous. */
    credentials: z.string().min(1).optional(),
    cache: z.strictObject({
      /** How long a tag is believed without asking. */
      tagTTLSeconds: z.number().nonnegative(),
      /** How old an answer may be that is given while the upstream does not answer. */
      staleIfErrorSeconds: z.number().nonnegative(),
      /** Content last used longest ago goes when the store is larger. */
      maxSizeBytes: z.int().positive(),
    }),
    /** nginx, which is reloaded when it serves another certificate than it should. Without it, nobody does that here. */
    server: server.optional(),
  })
  .readonly();

/** Everything the fetcher is told. All paths are relative to its working directory, or absolute. */
export type FetcherConfig = z.infer<typeof schema>;

/** What may be left out of a fetcher.json because it has a default. */
export type FetcherConfigInput = z.input<typeof schema>;

/** A fetcher.json that cannot be used; the message names every wrong field. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the text of a fetcher.json.
 *
 * @throws ConfigError when it is not JSON, or a field is wrong, missing or unknown.
 */
export function parseFetcherConfig(text: string): FetcherConfig {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'configuration'}: ${message}`);
  throw new ConfigError(issues.join('; '));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`not JSON: ${String(error)}`, { cause: error });
  }
}

function isOrigin(url: string): boolean {
  const { username, password, pathname, search, hash } = new URL(url);
  return `${username}${password}${search}${hash}` === '' && pathname === '/';
}
