// Where public registries keep their blobs, when that is not below their own domain.
const storageOf: readonly (readonly [registry: RegExp, hosts: readonly string[]])[] = [
  [
    /(^|\.)docker\.io$/,
    ['*.docker.com', 'docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com'],
  ],
  [/^ghcr\.io$/, ['pkg-containers.githubusercontent.com']],
  [/(^|\.)(gcr\.io|pkg\.dev)$/, ['storage.googleapis.com']],
  [/^registry\.k8s\.io$/, ['*.pkg.dev', 'storage.googleapis.com', '*.amazonaws.com']],
  [/\.azurecr\.io$/, ['*.blob.core.windows.net']],
  [/\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$/, ['*.amazonaws.com']],
  [/^public\.ecr\.aws$/, ['*.cloudfront.net']],
];

/** The redirect hosts of public registries that nobody should have to look up. */
export function wellKnownRedirectHosts(upstreamHost: string): readonly string[] {
  return storageOf.flatMap(([registry, hosts]) => (registry.test(upstreamHost) ? hosts : []));
}
