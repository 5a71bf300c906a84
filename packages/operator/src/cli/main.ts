import { text } from 'node:stream/consumers';
import { isProbe, probe } from '../map-check/probe.ts';

const words = process.argv.slice(2);
const say = (chunk: string) => process.stderr.write(chunk);
process.exitCode = isProbe(words, process.env) ? await probe(process.env, say) : await wholeProgram();

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
    readStdin: () => text(process.stdin),
    out: (chunk) => process.stdout.write(chunk),
    say,
  });
}
