import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How {@link runProgram} runs a program; all of it may be left out. */
export interface RunOptions {
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the program reads from its standard input. */
  readonly input?: string;
  /** After this time the program is killed and the run has failed. */
  readonly timeoutMs?: number;
}

/** Runs a program and returns its standard output. Fails with what it wrote to standard error. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env, input, timeoutMs }: RunOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    ...(timeoutMs !== undefined && { timeout: timeoutMs, killSignal: 'SIGKILL' }),
  });
  // A program that ends before it has read everything says why on standard error.
  child.stdin.on('error', () => {}).end(input ?? '');
  const ended = new Promise<string | undefined>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? code}`));
  });
  const [output, complaints, failure] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (failure === undefined) return output;
  throw new Error(`${[program, ...args].join(' ')} ${failure}\n${complaints}${output}`.trimEnd());
}
