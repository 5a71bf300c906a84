import type { Content, ImageFixture } from './image-fixture.ts';

/** One entry of the answer to a referrers request. */
export interface Referrer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
}

/** What a registry holds: blobs, manifests and tags, each known in the repositories it was pushed to and in no other. */
export class RepositoryContents {
  readonly #repositories = new Map<string, Repository>();

  /** Adds an image with everything it consists of, and moves the tags to it. */
  push(name: string, image: ImageFixture, ...tags: readonly string[]): void {
    const repository = this.#repositories.get(name) ?? { blobs: new Map(), manifests: new Map(), tags: new Map() };
    this.#repositories.set(name, repository);
    for (const blob of image.blobs) repository.blobs.set(blob.digest, blob);
    for (const manifest of image.manifests) repository.manifests.set(manifest.digest, manifest);
    for (const tag of tags) repository.tags.set(tag, image.root.digest);
  }

  has(name: string): boolean {
    return this.#repositories.has(name);
  }

  removeTag(name: string, tag: string): void {
    this.#repositories.get(name)?.tags.delete(tag);
  }

  blob(name: string, digest: string): Content | undefined {
    return this.#repositories.get(name)?.blobs.get(digest);
  }

  /** By tag or digest. */
  manifest(name: string, reference: string): Content | undefined {
    const repository = this.#repositories.get(name);
    return repository?.manifests.get(repository.tags.get(reference) ?? reference);
  }

  /** In the order the distribution specification asks for. */
  tags(name: string): readonly string[] {
    return [...(this.#repositories.get(name)?.tags.keys() ?? [])].sort();
  }

  /** The manifests whose `subject` is this digest. */
  referrers(name: string, digest: string): readonly Referrer[] {
    const manifests = [...(this.#repositories.get(name)?.manifests.values() ?? [])];
    return manifests.filter(({ subject }) => subject === digest).map(referrer);
  }
}

interface Repository {
  readonly blobs: Map<string, Content>;
  readonly manifests: Map<string, Content>;
  readonly tags: Map<string, string>;
}

function referrer({ mediaType, digest, bytes, artifactType }: Content): Referrer {
  return { mediaType, digest, size: bytes.length, ...(artifactType === undefined ? {} : { artifactType }) };
}
