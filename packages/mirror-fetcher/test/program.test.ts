import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { makeImage } from '@entrepot/testkit';
import { describe, expect, test } from 'vitest';
import { eventually } from './harness/eventually.ts';
import { Mirror } from './harness/mirror.ts';
import { Program } from './harness/program.ts';

const image = makeImage({ layerSizes: [2_000_000, 3000] });
const [large = image.config, small = image.config] = image.layers;

async function prepare(bytesPerSecond?: number): Promise<Mirror> {
  const mirror = await Mirror.prepare(bytesPerSecond === undefined ? {} : { upstream: { bytesPerSecond } });
  mirror.upstream.push('team/app', image, 'v1');
  return mirror;
}

describe('the program', () => {
  test('--help says how it is used', async () => {
    const program = Program.run(['--help'], tmpdir());
    expect(await program.exitCode()).toBe(0);
    expect(program.output).toContain('Usage: entrepot-mirror-fetcher --config FILE');
  });

  test.each([
    { title: 'no arguments', args: [], code: 2, message: '--config is missing' },
    { title: 'an unknown argument', args: ['--port', '1'], code: 2, message: "Unknown option '--port'" },
    { title: 'a file that is not there', args: ['--config', 'gone.json'], code: 1, message: 'gone.json: ENOENT' },
    { title: 'a wrong field', args: ['--config', 'wrong.json'], code: 1, message: 'wrong.json: listen: ' },
  ])('with $title ends at once and says why', async ({ args, code, message }) => {
    const mirror = await prepare();
    await writeFile(join(mirror.folder, 'wrong.json'), '{"store":"x"}');
    const program = Program.run(args, mirror.folder);
    expect([await program.exitCode(), program.errors]).toEqual([code, expect.stringContaining(message)]);
  });

  test('answers on a socket of mode 0600 and logs one JSON object a line', async () => {
    const mirror = await prepare();
    const program = await Program.serve(mirror);
    expect((await stat(mirror.socket)).mode & 0o777).toBe(0o600);
    expect((await mirror.get('team/app/manifests/v1')).body).toEqual(image.root.bytes);
    await mirror.get(`team/app/blobs/${small.digest}`);
    await eventually(() => program.output.includes('stored a blob'));
    const lines = program.output.trim().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level', 'info');
  });

  test('replaces the socket of a fetcher that was killed, and nothing that is no socket', async () => {
    const mirror = await prepare();
    await (await Program.serve(mirror)).kill('SIGKILL');
    const second = await Program.serve(mirror);
    expect((await mirror.get('team/app/manifests/v1')).status).toBe(200);
    await second.kill('SIGTERM');
    await writeFile(mirror.socket, 'a file');
    const third = await Program.serve(mirror);
    expect([await third.exitCode(), third.errors]).toEqual([1, expect.stringContaining('is not a socket')]);
  });

  test('at SIGTERM goes on answering while a download runs, then exits with 0 and takes no more', async () => {
    const mirror = await prepare(2_000_000);
    const program = await Program.serve(mirror);
    const running = mirror.get(`team/app/blobs/${large.digest}`);
    await eventually(() => mirror.upstream.traffic.bytes({ kind: 'cdn' }) > 0);
    const ended = program.kill('SIGTERM');
    await eventually(() => program.output.includes('"message":"stopping"'));
    const headers = { Range: 'bytes=1500000-1999999' };
    const slice = await mirror.get(`team/app/blobs/${large.digest}`, { headers });
    expect(slice.body.equals(large.bytes.subarray(1_500_000))).toBe(true);
    expect((await running).body.equals(large.bytes)).toBe(true);
    expect(await ended).toBe(0);
    await expect(mirror.get('team/app/manifests/v1')).rejects.toThrow('cut');
  });

  test('bundled is one file that needs nothing beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
    try {
      const run = promisify(execFile);
      const root = join(import.meta.dirname, '..');
      await run('npm', ['run', 'bundle'], { cwd: root });
      await copyFile(join(root, 'dist/main.js'), join(folder, 'main.mjs'));
      expect((await run(process.execPath, [join(folder, 'main.mjs'), '--help'])).stdout).toContain('Usage');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('killed in the middle of a download', () => {
  test('it leaves only a temporary file, which the next start removes, and the blob is downloaded anew', async () => {
    const mirror = await prepare(1_000_000);
    const first = await Program.serve(mirror);
    const running = mirror.get(`team/app/blobs/${large.digest}`);
    await eventually(async () => (await mirror.files('tmp')).length === 1);
    await Promise.all([expect(running).rejects.toThrow('cut'), first.kill('SIGKILL')]);
    expect(await mirror.files('blobs')).toEqual([]);
    expect(await mirror.files('repos')).toEqual([]);

    await Program.serve(mirror);
    expect(await mirror.files('tmp')).toEqual([]);
    expect((await mirror.get(`team/app/blobs/${large.digest}`)).body.equals(large.bytes)).toBe(true);
  });

  test('it gives other entity tags afterwards: nginx joins no slices of two fetchers', async () => {
    const mirror = await prepare();
    const tags: unknown[] = [];
    for (let run = 0; run < 2; run += 1) {
      const program = await Program.serve(mirror);
      const options = { headers: { Range: 'bytes=0-65535' } };
      tags.push((await mirror.get(`team/app/blobs/${large.digest}`, options)).headers.etag);
      tags.push((await mirror.get(`team/app/blobs/${large.digest}`, options)).headers.etag);
      await program.kill('SIGKILL');
    }
    expect([tags[0] === tags[1], tags[2] === tags[3], tags[0] === tags[2]]).toEqual([true, true, false]);
  });

  test('its slices are removed at the next start: they were never verified', async () => {
    const mirror = await prepare();
    const slice = join(mirror.folder, 'slices/a/bc', 'd'.repeat(32));
    await mkdir(dirname(slice), { recursive: true });
    await writeFile(slice, 'bytes of a download that did not end');
    await Program.serve(mirror);
    await expect(stat(slice)).rejects.toThrow('ENOENT');
    expect((await stat(dirname(slice))).isDirectory()).toBe(true);
  });

  test('what was stored before is served without the upstream', async () => {
    const mirror = await prepare();
    const first = await Program.serve(mirror);
    await mirror.get('team/app/manifests/v1');
    await mirror.get(`team/app/blobs/${small.digest}`);
    await eventually(() => mirror.hasLink('team/app', small.digest));
    await first.kill('SIGKILL');
    await mirror.upstream.goDown();
    await Program.serve(mirror);
    expect((await mirror.get('team/app/manifests/v1')).body).toEqual(image.root.bytes);
    expect((await mirror.get(`team/app/blobs/${small.digest}`)).body).toEqual(small.bytes);
  });
});
