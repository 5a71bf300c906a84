import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { timed, type Progress } from './progress.ts';
import { cached, findCached } from './tool-cache.ts';

const execute = promisify(execFile);

/** A program in a Go module of our own, with its go.mod and go.sum committed. */
export interface GoTool {
  /** Names the binary and its folder in the cache. */
  readonly name: string;
  /** The folder of go.mod. */
  readonly moduleDirectory: string;
  /** The main package in that folder (the default), or the programs of others that go.mod calls tools, by their own names. */
  readonly builds?: 'main' | 'tools';
  /** More names for the binary, as links beside it: a multi-call binary goes by them. */
  readonly links?: readonly string[];
  /** Values for the linker, for example a version: `-X package.variable=value`. */
  readonly linkerFlags?: readonly string[];
  readonly onProgress?: Progress;
}

/**
 * The path of the built program; built once and then taken from the cache as long as the module's files, the flags and
 * the Go version stay the same. Fails when `go` is not installed or the build fails, with the compiler's own words.
 *
 * @example const crane = await goTool({ name: 'crane', moduleDirectory: '/src/crane' });
 */
export async function goTool(tool: GoTool): Promise<string> {
  const folder = await cached(tool.name, await cacheKey(tool), (folder) =>
    timed(tool.onProgress ?? (() => {}), tool.name, 'building from Go modules', () => build(tool, folder)),
  );
  return join(folder, tool.name);
}

/** The path that {@link goTool} would return, if the program is built already. */
export async function findGoTool(tool: GoTool): Promise<string | undefined> {
  const folder = await findCached(tool.name, await cacheKey(tool));
  return folder === undefined ? undefined : join(folder, tool.name);
}

async function build(tool: GoTool, folder: string): Promise<void> {
  const flags = ['-s', '-w', ...(tool.linkerFlags ?? [])].join(' ');
  const [output, packages] = tool.builds === 'tools' ? [`${folder}/`, 'tool'] : [join(folder, tool.name), '.'];
  await go(['build', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', output, packages], tool.moduleDirectory);
  for (const link of tool.links ?? []) await symlink(tool.name, join(folder, link));
}

async function cacheKey(tool: GoTool): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await go(['version'], tool.moduleDirectory));
  hash.update(JSON.stringify([tool.links ?? [], tool.linkerFlags ?? []]));
  const files = (await readdir(tool.moduleDirectory)).filter((file) => /\.(go|mod|sum)$/.test(file));
  for (const file of files.sort()) hash.update(`\n${file}\n`).update(await readFile(join(tool.moduleDirectory, file)));
  return hash.digest('hex').slice(0, 16);
}

async function go(args: readonly string[], directory: string): Promise<string> {
  try {
    const environment = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' };
    return (await execute('go', args, { cwd: directory, env: environment, maxBuffer: 1 << 24 })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('Go is needed to build programs for tests: install Go 1.26 or later (https://go.dev/dl/)', {
        cause: error,
      });
    }
    throw error;
  }
}
