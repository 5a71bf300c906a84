import { readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { placed, syncFolder } from './durable.ts';
import type { Eviction } from './eviction.ts';
import type { TemporaryFiles } from './temporary-files.ts';

/** A small file: one line of JSON that says what the bytes after it are. */
export interface Labelled<Label> {
  readonly label: Label;
  readonly body: Buffer;
}

/** The store's small files: manifests, and answers that may change. */
export class LabelledFiles {
  readonly #temporary: TemporaryFiles;
  readonly #eviction: Eviction;

  constructor(temporary: TemporaryFiles, eviction: Eviction) {
    this.#temporary = temporary;
    this.#eviction = eviction;
  }

  /** Undefined when there is none, or its label is not understood, which is as good as none. */
  async read<Label>(path: string, schema: z.ZodType<Label>): Promise<Labelled<Label> | undefined> {
    const bytes = await readFile(path).catch(() => undefined);
    const end = bytes?.indexOf('\n') ?? -1;
    if (bytes === undefined || end < 0) return undefined;
    const label = schema.safeParse(parseJson(bytes.subarray(0, end).toString()));
    return label.success ? { label: label.data, body: bytes.subarray(end + 1) } : undefined;
  }

  /** Whole or not at all: a crash leaves what was there before. */
  async write(path: string, { label, body }: Labelled<object>): Promise<void> {
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(label)}\n`), body]);
    const file = await this.#temporary.create();
    try {
      await file.append([bytes]);
      await file.handle.sync();
      await placed(path, () => rename(file.path, path));
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(file.path, { force: true });
      throw error;
    } finally {
      await file.handle.close();
    }
    this.#eviction.added(bytes.length);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
