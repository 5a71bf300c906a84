import { withFileLock } from '../../src/files/file-lock.ts';
import { updateFile } from '../../src/files/update-file.ts';
import { editsFor } from '../../src/hosts/edits-for.ts';
import { merge } from '../../src/hosts/merge.ts';
import { entries } from './known-lines.ts';

/** Changes the file as the agent does, at random and without a pause, until it is killed. Says how often, in single dots. */
const [hostsFile = '', lockFile = ''] = process.argv.slice(2);

await withFileLock(lockFile, async () => {
  for (;;) {
    const entry = entries[Math.floor(Math.random() * entries.length)];
    if (entry === undefined) continue;
    const isWritten = await updateFile(hostsFile, {
      merged: (content) => merge(content, entry),
      edits: (content) => editsFor(content, entry),
    });
    if (isWritten) process.stdout.write('.');
  }
});
