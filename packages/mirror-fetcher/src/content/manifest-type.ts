import { z } from 'zod';

/** Every type a manifest can have. Upstreams are always asked with all of them, whatever the client said. */
export const manifestMediaTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.artifact.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

const [ociIndex, ociManifest] = manifestMediaTypes;

// https://github.com/opencontainers/image-spec/blob/main/manifest.md and image-index.md; artifact manifests have no version.
const shape = z.object({
  schemaVersion: z.number().optional(),
  mediaType: z.string().optional(),
  config: z.looseObject({}).optional(),
  layers: z.array(z.unknown()).optional(),
  manifests: z.array(z.unknown()).optional(),
  blobs: z.array(z.unknown()).optional(),
});

/**
 * The media type of a manifest: what the upstream says, or else what stands in it.
 *
 * @returns undefined for what is no manifest, as the page of a captive portal that answers for the upstream.
 */
export function manifestType(contentType: string | undefined, bytes: Buffer): string | undefined {
  const parsed = shape.safeParse(parseJson(bytes.toString()));
  if (!parsed.success) return undefined;
  const { schemaVersion, mediaType, config, layers, manifests, blobs } = parsed.data;
  if ([schemaVersion, config, layers, manifests].every((part) => part === undefined) && mediaType === undefined)
    return undefined;
  const said = [contentType?.split(';')[0]?.trim().toLowerCase(), mediaType];
  const known =
    manifestMediaTypes.find((type) => type === said[0]) ?? manifestMediaTypes.find((type) => type === said[1]);
  if (known !== undefined) return known;
  if (manifests !== undefined) return ociIndex;
  return layers !== undefined && blobs === undefined ? ociManifest : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
