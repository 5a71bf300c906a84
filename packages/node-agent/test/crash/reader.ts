import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { inspect } from './known-lines.ts';

/** Reads the file over and over until SIGTERM, then says how often, and each trouble it saw. */
const [hostsFile = '', foreignFile = ''] = process.argv.slice(2);
const foreign = readFileSync(foreignFile, 'latin1');
const troubles = new Set<string>();
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
let [reads, appended] = [0, 0];

/** As the C library reads: a buffer of 4096 bytes at a time. */
function readInPages(): string {
  const file = openSync(hostsFile, 'r');
  const pages: string[] = [];
  const page = Buffer.alloc(4096);
  for (let length = -1; length !== 0;) {
    length = readSync(file, page);
    pages.push(page.toString('latin1', 0, length));
  }
  closeSync(file);
  return pages.join('');
}

while (!stop.signal.aborted) {
  const seen = inspect(reads % 2 === 0 ? readFileSync(hostsFile, 'latin1') : readInPages(), foreign);
  reads += 1;
  if (typeof seen === 'string') troubles.add(seen);
  else if (seen < appended) troubles.add(`${appended} appended lines were there, now ${seen}`);
  else appended = seen;
  if (reads % 16 === 0) await nextTurn();
}
process.stdout.write([`${reads} reads`, ...[...troubles].map((trouble) => `trouble: ${trouble}`)].join('\n'));
