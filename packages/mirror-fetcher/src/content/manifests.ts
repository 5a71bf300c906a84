import { z } from 'zod';
import { matches, parseDigest, sha256Of, type Digest } from '../digest.ts';
import type { Metrics } from '../metrics.ts';
import { SingleFlight } from '../single-flight.ts';
import type { LabelledFiles } from '../store/labelled-files.ts';
import type { StoreLayout } from '../store/store-layout.ts';
import { readAll } from '../upstream/read-all.ts';
import type { UpstreamClient } from '../upstream/upstream-client.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { manifestMediaTypes, manifestType } from './manifest-type.ts';

/** A manifest whose bytes match its digest. */
export interface Manifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

interface ManifestsParts {
  readonly client: UpstreamClient;
  readonly layout: StoreLayout;
  readonly files: LabelledFiles;
  readonly metrics: Metrics;
}

/** The specification wants registries to take 4 MiB; some take more. */
const maxManifestBytes = 16 * 1024 * 1024;
const labelSchema = z.object({ mediaType: z.string().min(1) });

/** Manifests by digest, kept for ever once verified (until evicted), for each repository on its own. */
export class Manifests {
  readonly #parts: ManifestsParts;
  readonly #fetches = new SingleFlight<Manifest>();

  constructor(parts: ManifestsParts) {
    this.#parts = parts;
  }

  /** From the store; undefined when it is not there, or was damaged there. */
  async stored(repository: string, digest: Digest): Promise<Manifest | undefined> {
    const { files, layout } = this.#parts;
    const file = await files.read(layout.manifest(repository, digest), labelSchema);
    if (file === undefined || !matches(digest, file.body)) return undefined;
    return { digest, mediaType: file.label.mediaType, bytes: file.body };
  }

  /**
   * From the upstream into the store.
   *
   * @param reference a digest, or a tag: then the digest is the one the upstream names, or that of the bytes.
   * @throws UpstreamError when the upstream does not give it, or something that is no manifest; `corrupt` when it gives other bytes than named.
   */
  fetch(repository: string, reference: string): Promise<Manifest> {
    return this.#fetches.run(`${repository}|${reference}`, () => this.#fetch(repository, reference));
  }

  /** The digest a tag has upstream; undefined when the upstream does not say it. @throws UpstreamError as `fetch`. */
  async digestOfTag(repository: string, tag: string): Promise<Digest | undefined> {
    const answer = await this.#request('HEAD', repository, tag);
    await answer.discard();
    return parseDigest(answer.header('docker-content-digest') ?? '');
  }

  async #fetch(repository: string, reference: string): Promise<Manifest> {
    const { client, files, layout, metrics } = this.#parts;
    const answer = await this.#request('GET', repository, reference);
    const bytes = await readAll(answer.body, maxManifestBytes);
    const mediaType = manifestType(answer.header('content-type'), bytes);
    // Said before the digest is looked at: a page that answers for the upstream is an outage, not damage.
    if (mediaType === undefined)
      throw new UpstreamError('failed', `${client.name} answered with something that is no manifest`);
    const named = parseDigest(reference) ?? parseDigest(answer.header('docker-content-digest') ?? '');
    const digest = named ?? sha256Of(bytes);
    if (!matches(digest, bytes)) {
      metrics.add('entrepot_fetcher_verification_failures_total');
      throw new UpstreamError(
        'corrupt',
        `the bytes ${client.name} gave for ${digest.text} are not those of the digest`,
      );
    }
    await files.write(layout.manifest(repository, digest), { label: { mediaType }, body: bytes });
    return { digest, mediaType, bytes };
  }

  #request(method: 'GET' | 'HEAD', repository: string, reference: string) {
    const headers = { accept: manifestMediaTypes.join(', ') };
    return this.#parts.client.request({
      kind: 'manifest',
      method,
      repository,
      path: `manifests/${reference}`,
      headers,
    });
  }
}
