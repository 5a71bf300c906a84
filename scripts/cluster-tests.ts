import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A run of the tests on a cluster, beside whatever else is done. */
export interface ClusterTests {
  /** Whether all passed; also false where there was no cluster. */
  readonly passed: Promise<boolean>;
  /** Ends them early; `passed` resolves when what they started is gone. */
  stop(signal: NodeJS.Signals): void;
}

/** Starts them. Their output, marked, is shown line by line as it comes: much of it says what is waited for. */
export function startClusterTests(): ClusterTests {
  // A group of its own: it hears of an interruption once, from `stop`.
  const child = spawn('node', ['packages/e2e/dist/main.js', 'test'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => console.log(line === '' ? '' : `  cluster | ${line}`));
  }
  const { promise: passed, resolve } = Promise.withResolvers<boolean>();
  child.on('error', () => resolve(false)).on('close', (code) => resolve(code === 0));
  return { passed, stop: (signal) => void child.kill(signal) };
}
