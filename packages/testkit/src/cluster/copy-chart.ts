import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A copy of a Helm chart that calls itself and its images by another version; returns the folder, which is the caller's to remove. */
export async function copyChart(chart: string, version: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'entrepot-chart-'));
  await cp(chart, folder, { recursive: true });
  const file = join(folder, 'Chart.yaml');
  const text = await readFile(file, 'utf8');
  const versions = /^(version|appVersion): .*$/gm;
  if (text.match(versions)?.length !== 2) throw new Error(`${file} does not say version and appVersion once each`);
  await writeFile(file, text.replaceAll(versions, `$1: ${version}`));
  return folder;
}
