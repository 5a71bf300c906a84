import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { goTool } from '../src/index.ts';

const execute = promisify(execFile);

describe('a tool in a Go module', () => {
  let directory: string;
  let lines: string[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entrepot-test-'));
    lines = [];
    vi.stubEnv('GOCACHE', (await execute('go', ['env', 'GOCACHE'])).stdout.trim());
    vi.stubEnv('XDG_CACHE_HOME', join(directory, 'cache'));
    await writeFile(join(directory, 'go.mod'), 'module entrepot.test/greeter\n\ngo 1.24\n');
    await source('os.Stdout.WriteString(greeting + " from " + os.Args[0])');
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(directory, { recursive: true });
  });

  const source = (statement: string): Promise<void> =>
    writeFile(
      join(directory, 'main.go'),
      `package main\n\nimport "os"\n\nvar greeting = "hello"\n\nfunc main() { ${statement} }\n`,
    );
  const build = (linkerFlags: readonly string[] = []): Promise<string> =>
    goTool({
      name: 'greeter',
      moduleDirectory: directory,
      links: ['hi'],
      linkerFlags,
      onProgress: (line) => lines.push(line),
    });

  test('is built with its links and its linker flags', async () => {
    const program = await build(['-X main.greeting=welcome']);

    const link = join(dirname(program), 'hi');
    expect((await execute(link)).stdout).toBe(`welcome from ${link}`);
    expect(lines).toEqual([
      'greeter: building from Go modules …',
      expect.stringMatching(/^greeter: building from Go modules: done in \d+\.\d s$/),
    ]);
  });

  test('that go.mod names as programs of others is built under its own name', async () => {
    await mkdir(join(directory, 'cmd/stranger'), { recursive: true });
    await rename(join(directory, 'main.go'), join(directory, 'cmd/stranger/main.go'));
    await appendFile(join(directory, 'go.mod'), '\ntool entrepot.test/greeter/cmd/stranger\n');

    const program = await goTool({ name: 'stranger', moduleDirectory: directory, builds: 'tools' });

    expect((await execute(program)).stdout).toBe(`hello from ${program}`);
  });

  test('that cannot be kept says where, and what to set', async () => {
    vi.stubEnv('XDG_CACHE_HOME', join(directory, 'go.mod'));

    await expect(build()).rejects.toThrow(
      /^built programs cannot be kept in \S+go\.mod\/entrepot\/tools: .*\. Set XDG_CACHE_HOME to a folder that can be written to\.$/,
    );
  });

  test('is built once, also when it is wanted by several at the same time', async () => {
    const [first, second] = await Promise.all([build(), build()]);

    expect(second).toBe(first);
    expect(await build()).toBe(first);
    expect(lines).toHaveLength(2);
  });

  test('is built anew when its source changes; the old one stays for who uses it', async () => {
    const first = await build();
    await source('os.Stdout.WriteString("changed")');

    const second = await build();

    expect((await execute(second)).stdout).toBe('changed');
    expect((await execute(first)).stdout).toContain('hello');
  });

  test('that does not compile is reported in the words of the compiler, and nothing is kept', async () => {
    await source('undefinedFunction()');

    await expect(build()).rejects.toThrow('undefined: undefinedFunction');

    expect(await readdir(join(directory, 'cache', 'entrepot', 'tools'))).toEqual([]);
  });

  test('says what to install where there is no Go', async () => {
    vi.stubEnv('PATH', basename(directory));

    await expect(build()).rejects.toThrow('install Go 1.26 or later (https://go.dev/dl/)');
  });
});
