/** `npm run chart`: writes what of charts/entrepot is made of the operator's own manifests, settings and versions. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chartFiles, valuesTable } from '@entrepot/operator';
import { format } from 'prettier';

const folder = fileURLToPath(new URL('../charts/entrepot', import.meta.url));

for (const [path, text] of Object.entries(chartFiles())) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
const readme = join(folder, 'README.md');
const table = await format(valuesTable(), { parser: 'markdown' });
const marked = /(<!-- values -->\n)[^]*(<!-- \/values -->)/;
await writeFile(
  readme,
  (await readFile(readme, 'utf8')).replace(marked, (_, start, end) => `${start}\n${table}\n${end}`),
);
