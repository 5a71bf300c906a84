import { run } from './program.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort());

// No await here: the bundle is CommonJS, which has none outside of functions.
void run(
  process.argv.slice(2),
  process.env,
  { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) },
  stop.signal,
).then((code) => (process.exitCode = code));
