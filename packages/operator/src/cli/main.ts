import { buffer } from 'node:stream/consumers';
import { askedProbe, probe } from '../map-check/probe.ts';

const words = process.argv.slice(2);
const say = (chunk: string) => process.stderr.write(chunk);
const asked = askedProbe(words, process.env);
process.exitCode = asked === undefined ? await wholeProgram() : await probe(asked, say);

/** Everything but the probe; it is loaded only now, since that takes longer than a probe may. */
async function wholeProgram(): Promise<number> {
  const { run } = await import('./run.ts');
  // Asked a second time, the process ends at once, as it would without these.
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
  // `entrepot crds | head` is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return run(words, {
    environment: process.env,
    folder: process.cwd(),
    signal: ending.signal,
    readStdin: () => buffer(process.stdin),
    out: (chunk) => process.stdout.write(chunk),
    say,
  });
}
