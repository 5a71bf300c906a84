import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

/** Runs the bundled program; modules of others find our packages by their sources. */
export const programArguments = ['--conditions=@entrepot/source', join(inject('program'), 'bin/entrepot.js')] as const;

/** Where the tests' own modules and files are. */
export const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));

/** What the program has of the environment of the tests: no settings. */
export const inherited: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
}

/** Runs a command line in the folder of the fixtures to its end. */
export async function entrepot(
  words: readonly string[],
  { environment = {}, input = '' }: { environment?: Readonly<Record<string, string>>; input?: string } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [...programArguments, ...words], {
    cwd: fixtures,
    env: { ...inherited, ...environment },
  });
  child.stdin.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject).on('close', resolve);
  const [code, out, said] = await Promise.all([promise, text(child.stdout), text(child.stderr)]);
  return { code, out, said };
}

/** Runs a command line whose reader has gone away before it prints anything; resolves with its exit code. */
export async function withoutReader(words: readonly string[]): Promise<number> {
  const script = '"$@" | true; exit ${PIPESTATUS[0]}';
  const child = spawn('bash', ['-c', script, 'bash', process.execPath, ...programArguments, ...words]);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject).on('close', (code) => resolve(code ?? Number.NaN));
  return promise;
}
