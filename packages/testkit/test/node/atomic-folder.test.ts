import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AtomicFolder } from '../../src/node/atomic-folder.ts';
import type { VolumeFiles } from '../../src/node/volume-files.ts';

describe('a volume made from objects', () => {
  let path: string;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'entrepot-volume-'));
  });
  afterEach(() => rm(path, { recursive: true }));

  const files = (texts: Readonly<Record<string, string>>, mode = 0o644): VolumeFiles =>
    new Map(Object.entries(texts).map(([name, text]) => [name, { content: Buffer.from(text), mode }]));
  const visible = async (): Promise<string[]> => (await readdir(path)).filter((name) => !name.startsWith('..')).sort();

  test('holds the files, with their modes, in folders too', async () => {
    await new AtomicFolder(path).write(files({ 'tls.key': 'key', 'sub/ca.crt': 'ca' }, 0o600));

    expect(await visible()).toEqual(['sub', 'tls.key']);
    expect(await readFile(join(path, 'sub/ca.crt'), 'utf8')).toBe('ca');
    expect((await stat(join(path, 'tls.key'))).mode & 0o777).toBe(0o600);
  });

  test('changes all files at once: they are read through one link', async () => {
    const folder = new AtomicFolder(path);
    await folder.write(files({ 'tls.crt': 'old', 'tls.key': 'old' }));

    expect(await folder.write(files({ 'tls.crt': 'new', 'tls.key': 'new' }))).toBe(true);

    expect(await readFile(join(path, '..data', 'tls.crt'), 'utf8')).toBe('new');
    expect(await readFile(join(path, 'tls.key'), 'utf8')).toBe('new');
    expect((await readdir(path)).filter((name) => name.startsWith('..version-'))).toHaveLength(1);
  });

  test('loses the files that are gone, and keeps still when nothing changed', async () => {
    const folder = new AtomicFolder(path);
    await folder.write(files({ a: '1', b: '2' }));

    await folder.write(files({ b: '2' }));

    expect(await visible()).toEqual(['b']);
    expect(await folder.write(files({ b: '2' }))).toBe(false);
  });
});
