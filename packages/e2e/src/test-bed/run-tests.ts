import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Progress } from '@entrepot/control-plane';
import { prepareTestBed, type TestBed } from './test-bed.ts';

/** The variable by which {@link runTests} tells the tests what they run on: a {@link TestBed} as JSON. */
export const testBedVariable = 'ENTREPOT_TEST_BED';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs the tests on a cluster that is made for them and taken away afterwards, also when `signal` ends them early: this is
 * why vitest does not do that itself, which an interruption ends at once.
 *
 * @param args for vitest: files, options
 * @returns whether all passed
 */
export async function runTests(args: readonly string[], onProgress: Progress, signal: AbortSignal): Promise<boolean> {
  await using started = new AsyncDisposableStack();
  const testBed = await prepareTestBed(started, onProgress, signal);
  const isPassed = await vitest(args, testBed, signal);
  signal.throwIfAborted();
  return isPassed;
}

async function vitest(args: readonly string[], testBed: TestBed, signal: AbortSignal): Promise<boolean> {
  const child = spawn('vitest', ['run', '--config', 'vitest.cluster.config.ts', ...args], {
    cwd: packageFolder,
    env: { ...process.env, [testBedVariable]: JSON.stringify(testBed) },
    stdio: ['ignore', 'inherit', 'inherit'],
    // A group of its own: with it end the workers of vitest and what these have started.
    detached: true,
  });
  const end = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    await once(child, 'close');
  } finally {
    signal.removeEventListener('abort', end);
  }
  return child.exitCode === 0;
}
