import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { syncFolder } from './durable.ts';
import type { TemporaryFiles } from './temporary-files.ts';

/** A small file: one line of JSON that says what the bytes after it are. */
export interface Labelled<Label> {
  readonly label: Label;
  readonly body: Buffer;
}

/** Reads one; undefined when there is none or its label is not understood, which is as good as none. */
export async function readLabelled<Label>(
  path: string,
  schema: z.ZodType<Label>,
): Promise<Labelled<Label> | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  const end = bytes?.indexOf('\n') ?? -1;
  if (bytes === undefined || end < 0) return undefined;
  const label = schema.safeParse(parseJson(bytes.subarray(0, end).toString()));
  return label.success ? { label: label.data, body: bytes.subarray(end + 1) } : undefined;
}

/** Writes one, whole or not at all: a crash leaves the old one. */
export async function writeLabelled(
  path: string,
  { label, body }: Labelled<object>,
  temporary: TemporaryFiles,
): Promise<void> {
  const file = await temporary.create();
  try {
    await file.handle.writeFile(Buffer.concat([Buffer.from(`${JSON.stringify(label)}\n`), body]));
    await file.handle.sync();
    await mkdir(dirname(path), { recursive: true });
    await rename(file.path, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(file.path, { force: true });
    throw error;
  } finally {
    await file.handle.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
