import { createHash, randomBytes } from 'node:crypto';

/** The digest algorithms of the OCI image specification. */
export type DigestAlgorithm = 'sha256' | 'sha512';

/** Bytes a registry holds, under the digest that names them. */
export interface Content {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** The digest of the manifest it belongs to, when it is a referrer. */
  readonly subject?: string;
  /** Of a manifest that says what kind of artifact it is. */
  readonly artifactType?: string;
}

/** An image, an index or any other artifact, complete with everything its manifest points at. */
export interface ImageFixture {
  /** What a tag of it would point at. */
  readonly root: Content;
  /** All manifests, `root` among them. */
  readonly manifests: readonly Content[];
  readonly blobs: readonly Content[];
}

/** An image of one platform. */
export interface SingleImageFixture extends ImageFixture {
  readonly config: Content;
  readonly layers: readonly Content[];
}

export interface ImageOptions {
  /** The sizes of the layers in bytes. One layer of 1000 bytes when not given. */
  readonly layerSizes?: readonly number[];
  /** Which family of media types it has: `oci` when not given. */
  readonly format?: 'oci' | 'docker';
  /** `sha256` when not given. */
  readonly algorithm?: DigestAlgorithm;
  /** Makes it a referrer of another manifest. */
  readonly subject?: Content;
  /** What kind of artifact it is, when it is not an image. */
  readonly artifactType?: string;
}

const mediaTypes = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    index: 'application/vnd.oci.image.index.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

/** The digest of some bytes, as registries write it: `sha256:<hex>`. */
export function digestOf(bytes: Buffer, algorithm: DigestAlgorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** An image with layers of random bytes, so that two images never share one. They are no real archives: nothing can be unpacked. */
export function makeImage(options: ImageOptions = {}): SingleImageFixture {
  const types = mediaTypes[options.format ?? 'oci'];
  const algorithm = options.algorithm ?? 'sha256';
  const layers = (options.layerSizes ?? [1000]).map((size) => content(randomBytes(size), types.layer, algorithm));
  const config = jsonContent(
    { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) } },
    types.config,
    algorithm,
  );
  const { artifactType, subject } = options;
  const kind = artifactType === undefined ? {} : { artifactType };
  const referring = subject === undefined ? {} : { subject: descriptor(subject) };
  const manifest = { schemaVersion: 2, mediaType: types.manifest, ...kind, config: descriptor(config) };
  const root = {
    ...jsonContent({ ...manifest, layers: layers.map(descriptor), ...referring }, types.manifest, algorithm),
    ...kind,
    ...(subject === undefined ? {} : { subject: subject.digest }),
  };
  return { root, manifests: [root], blobs: [config, ...layers], config, layers };
}

/** An index (or Docker manifest list) of images or of other indexes. */
export function makeIndex(
  children: readonly ImageFixture[],
  options: Pick<ImageOptions, 'format' | 'algorithm'> = {},
): ImageFixture {
  const mediaType = mediaTypes[options.format ?? 'oci'].index;
  const manifests = children.map(({ root }) => descriptor(root));
  const root = jsonContent({ schemaVersion: 2, mediaType, manifests }, mediaType, options.algorithm ?? 'sha256');
  return {
    root,
    manifests: [root, ...children.flatMap((child) => child.manifests)],
    blobs: children.flatMap((child) => child.blobs),
  };
}

function descriptor({ mediaType, digest, bytes }: Content): object {
  return { mediaType, digest, size: bytes.length };
}

function jsonContent(value: object, mediaType: string, algorithm: DigestAlgorithm): Content {
  return content(Buffer.from(JSON.stringify(value)), mediaType, algorithm);
}

function content(bytes: Buffer, mediaType: string, algorithm: DigestAlgorithm): Content {
  return { digest: digestOf(bytes, algorithm), mediaType, bytes };
}
