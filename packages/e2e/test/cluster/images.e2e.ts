import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { imageInventory } from '../../src/bills/image-inventory.ts';
import { DockerEngine } from '../../src/engine/docker-engine.ts';
import { fillContext, type Product } from '../../src/product-images/image-context.ts';

const images = inject('images');
const engine = new DockerEngine(inject('dockerHost'));
const mebibyte = 2 ** 20;

/** What pods give a container: no network is needed either for what is asked here. */
const confined = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'none'];

/** Runs a program of an image like that, as the user that the image names. */
function run(image: string, options: readonly string[], ...args: readonly string[]): Promise<string> {
  return engine.docker(['run', '--rm', ...confined, ...options, image, ...args]);
}

// Node.js is there anyway; it looks around for programs that could run a command line, and tries to write.
const lookAround = `
  const fs = require('node:fs');
  const folders = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/busybox'];
  const programs = folders.flatMap((folder) => (fs.existsSync(folder) ? fs.readdirSync(folder) : []));
  const canWrite = ['/', '/app', '/tmp'].filter((folder) => {
    try { fs.writeFileSync(folder + '/new', ''); return true; } catch { return false; }
  });
  const files = fs.readdirSync('/app', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, file) => sum + fs.statSync(file.parentPath + '/' + file.name).size, 0);
  console.log(JSON.stringify({ user: process.getuid() + ':' + process.getgid(), programs, canWrite, bytes }));
`;
const found = z.object({
  user: z.string(),
  programs: z.array(z.string()),
  canWrite: z.array(z.string()),
  bytes: z.number(),
});
const labels = z.looseObject({
  'org.opencontainers.image.revision': z.string().regex(/^[0-9a-f]{40}$/),
  'org.opencontainers.image.created': z.iso.datetime({ offset: true }),
});

/** Path and hash of every file that goes into the image. */
async function contextOf(product: Product): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'context-'));
  try {
    await fillContext(product, folder);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const line = async (path: string): Promise<string> =>
      `${path.slice(folder.length)} ${createHash('sha256')
        .update(await readFile(path))
        .digest('hex')}`;
    return (await Promise.all(paths.map(line))).sort();
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe.each([
  { product: 'operator', user: '65532:65532', says: ['--help'], expected: 'Usage: entrepot' },
  { product: 'mirror-fetcher', user: '101:101', says: ['--help'], expected: 'entrepot-mirror-fetcher --config' },
  { product: 'node-agent', user: '0:0', says: ['--help'], expected: 'trusted-ca' },
] as const)('the image of $product', ({ product, user, says, expected }) => {
  const image = images[product];
  let inside: z.output<typeof found>;

  beforeAll(async () => {
    const answer = await run(image, ['--entrypoint', '/nodejs/bin/node'], '-e', lookAround);
    inside = found.parse(JSON.parse(answer));
  });

  test('runs on a root file system that is only read, without capabilities', async () => {
    expect(await run(image, [], ...says)).toContain(expected);
    expect(inside.canWrite).toEqual([]);
  });

  test(`is run as ${user}`, () => expect(inside.user).toBe(user));

  test('has no shell, and nothing that could take the place of one', () => {
    const shells = ['sh', 'bash', 'dash', 'ash', 'busybox', 'perl', 'python3', 'env'];
    expect(inside.programs.filter((program) => shells.includes(program))).toEqual([]);
  });

  test('has a few MB of our own: bundles, no folder of packages', () =>
    expect(inside.bytes).toBeLessThan(4 * mebibyte));

  test('is made of the same files each time', async () => {
    const files = await contextOf(product);
    expect(files.map((file) => file.split(' ')[0])).toContain('/app/package.json');
    expect(await contextOf(product)).toEqual(files);
  });

  test('says of which version and which source it is', async () => {
    const format = '{{json .Config.Labels}}';
    const told = labels.parse(JSON.parse(await engine.docker(['image', 'inspect', '--format', format, image])));
    expect(told).toMatchObject({
      'org.opencontainers.image.title': `entrepot ${product}`,
      'org.opencontainers.image.version': image.slice(image.lastIndexOf(':') + 1),
      'org.opencontainers.image.source': 'https://github.com/entrepot/entrepot',
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });
  });

  test('records what else is in it, for bills of materials', async () => {
    const { debian, node, utilLinux } = await imageInventory(engine, image);
    expect(debian.map(({ name }) => name)).toContain('libc6');
    expect(node).toMatch(/^24\./);
    expect(utilLinux === undefined).toBe(product !== 'node-agent');
  });
});

test('an image that is built anew leaves nothing of the former one of its name', async () => {
  const name = 'entrepot.test/built-anew:1';
  const folder = await mkdtemp(join(tmpdir(), 'context-'));
  const built = async (text: string): Promise<string> => {
    await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile text /\n');
    await writeFile(join(folder, 'text'), text);
    await engine.build(name, [folder]);
    return (await engine.docker(['image', 'inspect', '--format', '{{.Id}}', name])).trim();
  };
  try {
    const former = await built(`first of ${process.pid}`);
    const present = await built(`second of ${process.pid}`);
    expect(present).not.toBe(former);
    expect(await engine.hasImage(former)).toBe(false);
    expect(await built(`second of ${process.pid}`)).toBe(present);
  } finally {
    await engine.removeImages([name]);
    await rm(folder, { recursive: true });
  }
});
