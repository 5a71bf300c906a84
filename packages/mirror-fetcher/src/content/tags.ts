import { rm } from 'node:fs/promises';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { parseDigest } from '../digest.ts';
import type { LabelledFiles } from '../store/labelled-files.ts';
import type { StoreLayout } from '../store/store-layout.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { FreshAnswers, Kept } from './fresh-answers.ts';
import type { Manifest, Manifests } from './manifests.ts';

const recordSchema = z.object({
  /** When the upstream last said so. */
  checkedAt: z.number(),
  /** What the tag has pointed at, newest first. */
  history: z.array(z.object({ digest: z.string(), since: z.number() })),
});

type TagRecord = z.infer<typeof recordSchema>;

/** What a tag points at, with the manifest itself: only what can be served counts as known. */
export interface ResolvedTag extends Kept {
  readonly manifest: Manifest;
}

interface TagsParts {
  readonly manifests: Manifests;
  readonly answers: FreshAnswers<ResolvedTag>;
  readonly layout: StoreLayout;
  readonly files: LabelledFiles;
  readonly clock: Clock;
}

const historyLength = 10;

/** Tags: asked upstream when what is known is older than their time to live; kept on disk, so known after a restart. */
export class Tags {
  readonly #parts: TagsParts;

  constructor(parts: TagsParts) {
    this.#parts = parts;
  }

  /** @throws UpstreamError when the upstream says no, or does not answer and nothing is known. */
  async resolve(repository: string, tag: string): Promise<{ value: ResolvedTag; cache: 'hit' | 'miss' | 'stale' }> {
    return this.#parts.answers.get(`${repository}:${tag}`, {
      load: () => this.#load(repository, tag),
      refresh: (kept) => this.#refresh(repository, tag, kept),
    });
  }

  async #load(repository: string, tag: string): Promise<ResolvedTag | undefined> {
    const record = await this.#record(repository, tag);
    const digest = parseDigest(record?.history[0]?.digest ?? '');
    const manifest = digest && (await this.#parts.manifests.stored(repository, digest));
    return record && manifest && { checkedAt: record.checkedAt, manifest };
  }

  async #refresh(repository: string, tag: string, kept: ResolvedTag | undefined): Promise<ResolvedTag> {
    const { clock, files, layout } = this.#parts;
    const checkedAt = clock.now();
    const path = layout.answer(repository, 'tag', tag);
    const manifest = await this.#current(repository, tag, kept).catch(async (error: unknown) => {
      // The upstream has deleted the tag: it must not come back when the upstream goes down.
      if (error instanceof UpstreamError && error.failure === 'unknown') await rm(path, { force: true });
      throw error;
    });
    const history = (await this.#record(repository, tag))?.history ?? [];
    const isMoved = history[0]?.digest !== manifest.digest.text;
    const updated = isMoved ? [{ digest: manifest.digest.text, since: checkedAt }, ...history] : history;
    const label: TagRecord = { checkedAt, history: updated.slice(0, historyLength) };
    await files.write(path, { label, body: Buffer.alloc(0) });
    return { checkedAt, manifest };
  }

  /** One GET for a tag never seen; afterwards a HEAD, which upstreams do not count as a pull. */
  async #current(repository: string, tag: string, kept: ResolvedTag | undefined): Promise<Manifest> {
    const { manifests } = this.#parts;
    if (kept === undefined) return manifests.fetch(repository, tag);
    const digest = await manifests.digestOfTag(repository, tag);
    if (digest === undefined) return manifests.fetch(repository, tag);
    if (digest.text === kept.manifest.digest.text) return kept.manifest;
    return (await manifests.stored(repository, digest)) ?? manifests.fetch(repository, digest.text);
  }

  async #record(repository: string, tag: string): Promise<TagRecord | undefined> {
    const { files, layout } = this.#parts;
    return (await files.read(layout.answer(repository, 'tag', tag), recordSchema))?.label;
  }
}
