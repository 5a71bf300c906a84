import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeSync, type Stats } from 'node:fs';
import type { Edit } from './edit.ts';
import { assertLinked } from './linked-file.ts';

/** A plan is made and carried out this often before we give up: others keep changing the file, or it takes no writes. */
const mostRounds = 20;

/**
 * Changes a file byte by byte where it stands, until there is nothing left to change; then it is safely on disk.
 *
 * It neither moves nor cuts off a byte, so programs that append meanwhile, under no lock, lose nothing. Everything from
 * reading to writing is done at one go, without waiting: somebody who rewrites the whole file under no lock has less than a
 * millisecond to come between, and what he has changed by then is seen.
 *
 * @param plan the edits that a content needs
 * @returns whether anything was written
 * @throws OrphanError; the file system's errors
 */
export function editInPlace(path: string, plan: (content: Buffer) => readonly Edit[]): boolean {
  for (let round = 0; round < mostRounds; round += 1) {
    const file = openSync(path, 'r+');
    try {
      const status = fstatSync(file);
      assertLinked(path, status);
      const edits = plan(readFileSync(file));
      if (edits.length === 0) {
        if (round > 0) fsyncSync(file);
        return round > 0;
      }
      if (isUnchanged(status, fstatSync(file))) carryOut(path, file, edits);
    } finally {
      closeSync(file);
    }
  }
  throw new Error(`${path} does not stay as it is written`);
}

function carryOut(path: string, file: number, edits: readonly Edit[]): void {
  for (const edit of edits) {
    if ('append' in edit) append(path, edit.append);
    else writeSync(file, Buffer.from(edit.bytes, 'latin1'), 0, edit.bytes.length, edit.at);
  }
}

/** At the end as it is at the moment of writing, also when somebody else has just moved it. */
function append(path: string, text: string): void {
  const file = openSync(path, 'a');
  try {
    writeSync(file, Buffer.from(text, 'latin1'));
  } finally {
    closeSync(file);
  }
}

function isUnchanged(before: Stats, now: Stats): boolean {
  return now.size === before.size && now.mtimeMs === before.mtimeMs;
}
