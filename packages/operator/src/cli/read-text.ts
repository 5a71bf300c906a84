import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf } from '../message-of.ts';
import { FailedError } from './exit.ts';
import type { Host } from './host.ts';

/** A text that a command was given, and what to call it in messages. */
export interface GivenText {
  readonly text: string;
  readonly source: string;
}

/**
 * Reads a file that a command line names; `-` is standard input.
 *
 * @throws FailedError that names what cannot be read, is a directory, or holds no text
 */
export async function readText(file: string, host: Host): Promise<GivenText> {
  const source = file === '-' ? 'standard input' : file;
  const bytes = file === '-' ? await host.readStdin() : await bytesOf(resolve(host.folder, file), file);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return { text, source };
  } catch {
    // Bytes that are no UTF-8.
  }
  throw new FailedError(`${source}: this is binary data, and no text in UTF-8`);
}

async function bytesOf(path: string, file: string): Promise<Uint8Array> {
  try {
    if (!(await stat(path)).isDirectory()) return await readFile(path);
  } catch (error) {
    throw new FailedError(`cannot read a file: ${messageOf(error)}`, { cause: error });
  }
  throw new FailedError(`${file}: this is a directory; name the files in it`);
}
