import { text } from 'node:stream/consumers';
import { run } from './run.ts';

// Asked a second time, the process ends at once, as it would without these.
const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());

// `entrepot crds | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  signal: ending.signal,
  readStdin: () => text(process.stdin),
  out: (chunk) => process.stdout.write(chunk),
  say: (chunk) => process.stderr.write(chunk),
});
