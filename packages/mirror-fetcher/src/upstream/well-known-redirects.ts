// Where public registries keep their blobs, when that is not below their own domain. Where a provider rents storage to
// everybody, only the registry's own buckets.
const storageOf: readonly (readonly [registry: RegExp, storage: RegExp])[] = [
  [/(^|\.)docker\.io$/, /\.docker\.com$/],
  [/(^|\.)docker\.io$/, /^docker-images-prod\.6aa30f8b08e16409b46e0173d6de2f56\.r2\.cloudflarestorage\.com$/],
  [/^ghcr\.io$/, /^pkg-containers\.githubusercontent\.com$/],
  [/^quay\.io$/, /^quayio-production-s3\.s3\.amazonaws\.com$/],
  [/(^|\.)(gcr\.io|pkg\.dev)$/, /^storage\.googleapis\.com$/],
  [/^registry\.k8s\.io$/, /^([a-z0-9-]+\.pkg\.dev|storage\.googleapis\.com)$/],
  [/^registry\.k8s\.io$/, /^prod-registry-k8s-io-[a-z0-9-]+\.s3\.dualstack\.[a-z0-9-]+\.amazonaws\.com$/],
  [/\.azurecr\.io$/, /^[a-z0-9]+\.blob\.core\.windows\.net$/],
  [
    /\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$/,
    /^prod-[a-z0-9-]+-starport-layer-bucket\.s3\.[a-z0-9-]+\.amazonaws\.com$/,
  ],
  [/^public\.ecr\.aws$/, /^[a-z0-9]+\.cloudfront\.net$/],
];

/** Whether a public registry is known to keep its blobs on this host: nobody should have to look that up. */
export function isWellKnownStorage(upstreamHost: string, host: string): boolean {
  return storageOf.some(([registry, storage]) => registry.test(upstreamHost) && storage.test(host));
}
