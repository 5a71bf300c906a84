import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { embeddedTemplates } from '../scripts/embedded-templates.ts';
import { defaultInput } from './default-input.ts';

const src = fileURLToPath(new URL('../src/', import.meta.url));

test('the module of template texts holds what the .hbs files say (if not: npm run embed)', async () => {
  expect(await readFile(join(src, 'template-texts.ts'), 'utf8')).toBe(embeddedTemplates());
});

test('a bundle renders the same text, with no file beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const outfile = join(folder, 'bundle.mjs');
  const contents = `
    import { nginxTemplate } from './index.ts';
    const { files } = nginxTemplate.render(${JSON.stringify(defaultInput)}, nginxTemplate.options.parse({}));
    process.stdout.write(files['default.conf']);`;
  await build({
    stdin: { contents, resolveDir: src },
    conditions: ['@entrepot/source'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    // Handlebars and others are CommonJS, and ask for Node's own modules with `require`.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    logLevel: 'error',
  });
  const { stdout } = await promisify(execFile)(process.execPath, [outfile], { cwd: folder });
  expect(stdout).toBe(await readFile(fileURLToPath(new URL('./expected/default.conf', import.meta.url)), 'utf8'));
});
