import { join } from 'node:path';
import type { Digest } from '../digest.ts';

/**
 * Where things lie in the store:
 *
 *     tmp/<random>                                        being written
 *     blobs/<algorithm>/<aa>/<hex>                        verified bytes, once for all repositories
 *     repos/<upstream>/<repository>/<digest>              hard link to them: this repository has the blob
 *     manifests/<upstream>/<repository>/<digest>          a manifest with its media type
 *     answers/<upstream>/<repository>/<kind>:<key>        tags and lists with the time they were checked
 *
 * nginx reads `repos`. Repository names have no `:`, so that a repository `a/b` never meets a file of repository `a`.
 */
export class StoreLayout {
  readonly root: string;
  readonly #upstream: string;

  constructor(root: string, upstream: string) {
    this.root = root;
    this.#upstream = upstream;
  }

  get temporary(): string {
    return join(this.root, 'tmp');
  }

  /** Folders whose files are counted and evicted. Links come before what they point to. */
  get content(): readonly string[] {
    return ['repos', 'manifests', 'answers', 'blobs'].map((folder) => join(this.root, folder));
  }

  blob({ algorithm, hex }: Digest): string {
    return join(this.root, 'blobs', algorithm, hex.slice(0, 2), hex);
  }

  link(repository: string, digest: Digest): string {
    return join(this.root, 'repos', this.#upstream, repository, digest.text);
  }

  manifest(repository: string, digest: Digest): string {
    return join(this.root, 'manifests', this.#upstream, repository, digest.text);
  }

  answer(repository: string, kind: 'tag' | 'tags' | 'referrers', key: string): string {
    return join(this.root, 'answers', this.#upstream, repository, `${kind}:${key}`);
  }
}
