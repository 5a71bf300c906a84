import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** A run of the script behind `npm start`. */
export interface Start {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly printed: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Runs the script behind `npm start` with these options, in a process group and a temporary folder of its own. */
export function start(temporary: string, ...options: readonly string[]): Start {
  // The run must not take itself for a part of the task that tests it.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NX_|VITEST|NODE_OPTIONS)/.test(name)),
  );
  const child = spawn(`${repository}scripts/start`, [...options], {
    env: { ...env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const complaints = text(child.stderr);
  const ended = once(child, 'close').then(async () => ({
    code: child.exitCode,
    output: `${printed}${await complaints}`,
  }));
  return { child, printed: () => printed, ended };
}

/** Does what Ctrl-C does to a run, if it is still running, and waits for its end. */
export async function interrupt(run: Start | undefined): Promise<void> {
  if (run === undefined) return;
  const { pid, exitCode, signalCode } = run.child;
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGINT');
  await run.ended;
}
