import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string): Promise<string> => readFile(`${repository}/${file}`, 'utf8');
const source = 'https://github.com/entrepot/entrepot';

const manifests = globSync('packages/*/package.json', { cwd: repository });
const manifestSchema = z.object({
  private: z.boolean().default(false),
  repository: z.object({ url: z.string(), directory: z.string() }).optional(),
});

test.each(manifests)(
  '%s is private, or names the repository and folder that npm provenance is checked against',
  async (file) => {
    const manifest = manifestSchema.parse(JSON.parse(await read(file)));
    const expected = { url: `git+${source}.git`, directory: file.replace('/package.json', '') };
    expect(manifest.private ? expected : manifest.repository).toEqual(expected);
  },
);

test.each(globSync('.github/workflows/*', { cwd: repository }))(
  '%s uses actions by commit, whose tags can be moved',
  async (file) => {
    const used = [...(await read(file)).matchAll(/uses: *(\S+)(.*)/g)];
    expect(used.length).toBeGreaterThan(0);
    const wrong = used.filter(([, action = '', comment = '']) => {
      const isOurs = action.startsWith('./');
      return !isOurs && !(/@[0-9a-f]{40}$/.test(action) && /^ # v\d+\.\d+\.\d+$/.test(comment));
    });
    expect(wrong.map(([line]) => line)).toEqual([]);
  },
);
