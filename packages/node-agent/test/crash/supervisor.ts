import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { appended, inspect } from './known-lines.ts';
import { folderOn } from './node-file-system.ts';

/**
 * Runs, in a mount namespace of its own: a bind-mounted hosts file, writers that are killed at any moment, a reader that
 * looks all the time that one of them writes, and somebody who appends lines and asks nobody. Prints what came of it, and every trouble.
 *
 * Arguments: the kind of file system, the lines of the file, the changes and the kills to make, an empty folder.
 */
const [kind, lines, changes, kills, folder = ''] = process.argv.slice(2);
const node = folderOn(kind === 'overlay' ? 'overlay' : 'ext4', folder);
const hosts = join(node, 'hosts');
const mounted = join(node, 'hosts_from_host');
const pristine = join(node, 'pristine');

const foreign = Array.from({ length: Number(lines) }, (_, index) =>
  index % 7 === 3 ? `# note ${index}\n` : `192.0.2.${index % 250} host-${index}.example\t alias-${index}\n`,
).join('');
for (const path of [hosts, pristine]) writeFileSync(path, foreign);
writeFileSync(mounted, '');
execFileSync('mount', ['--bind', hosts, mounted]);

let appendedLines = 0;
const somebodyElse = setInterval(() => appendFileSync(hosts, appended(appendedLines++)), 100);
const reader = program('reader.ts', mounted, pristine);
const sights = text(reader.stdout);
const done = { changes: 0, kills: 0 };
const troubles = new Set<string>();
while (done.changes < Number(changes) || done.kills < Number(kills)) {
  const writer = program('writer.ts', mounted, join(node, 'lock'));
  const complaint = text(writer.stderr);
  writer.stdout.on('data', (dots: Buffer) => (done.changes += dots.length));
  await Promise.race([once(writer.stdout, 'data'), once(writer, 'close')]);
  reader.kill('SIGCONT');
  await delay(Math.random() * 300);
  writer.kill('SIGKILL');
  if (writer.exitCode !== null) throw new Error(`the writer ended by itself: ${await complaint}`);
  await once(writer, 'close');
  // While the next writer starts there is nothing to be seen.
  reader.kill('SIGSTOP');
  done.kills += 1;
  const left = inspect(readFileSync(mounted, 'latin1'), foreign);
  if (typeof left === 'string') troubles.add(`trouble: after a kill, ${left}`);
}
clearInterval(somebodyElse);
reader.kill('SIGCONT');
reader.kill('SIGTERM');
const seen = await sights;
const left = inspect(readFileSync(mounted, 'latin1'), foreign);
if (left !== appendedLines) troubles.add(`trouble: of ${appendedLines} appended lines, ${left} are there`);
const size = readFileSync(mounted).length - foreign.length;
console.log(
  [
    `${kind}, ${lines} lines: ${done.changes} changes, ${done.kills} kills, ${appendedLines} lines by somebody else, ${size} bytes more, ${seen}`,
    ...troubles,
  ].join('\n'),
);

function program(
  name: string,
  ...args: string[]
): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
  return spawn(process.execPath, [fileURLToPath(new URL(name, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
