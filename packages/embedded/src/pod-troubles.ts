import { glob, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

const lastLines = 5;

/** What to read when a pod does not become ready: the last that the node said, and the end of each container's log. */
export async function podTroubles(nodeDirectory: string, events: readonly string[]): Promise<string> {
  const logs = await Array.fromAsync(glob(`${nodeDirectory}/pods/*/*.log`));
  const ends = await Promise.all(
    logs.sort().map(async (file) => {
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-lastLines);
      return [`${basename(dirname(file))} ${basename(file, '.log')}:`, ...lines.map((line) => `  ${line}`)].join('\n');
    }),
  );
  return [...events.slice(-lastLines).map((event) => `node: ${event}`), ...ends].join('\n');
}
