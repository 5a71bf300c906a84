/** What has to be known of a public registry to pull from it. */
export interface KnownUpstream {
  /** Where its API is, if not at its name. */
  readonly host?: string;
  /** Where it redirects downloads to, outside its own domain. */
  readonly redirectHosts: readonly string[];
}

/** Public registries that hand out blobs from other domains than their own. */
export const knownUpstreams: ReadonlyMap<string, KnownUpstream> = new Map([
  [
    'docker.io',
    { host: 'registry-1.docker.io', redirectHosts: ['production.cloudflare.docker.com', '*.r2.cloudflarestorage.com'] },
  ],
  ['ghcr.io', { redirectHosts: ['pkg-containers.githubusercontent.com'] }],
  ['quay.io', { redirectHosts: ['quayio-production-s3.s3.amazonaws.com'] }],
  ['registry.k8s.io', { redirectHosts: ['*.pkg.dev', '*.amazonaws.com'] }],
]);
