import { readFile } from 'node:fs/promises';
import { builtVersion } from '@entrepot/control-plane';
import { describe, expect, test } from 'vitest';

const read = (file: string): Promise<string> => readFile(new URL(`../../../${file}`, import.meta.url), 'utf8');
const matrix = await read('docs/support-matrix.md');

/** What the first group of the pattern is in a file of this repository. */
async function foundIn(file: string, pattern: RegExp): Promise<string> {
  const [, found] = pattern.exec(await read(file)) ?? [];
  if (found === undefined) throw new Error(`${file} has nothing like ${pattern.source}`);
  return found;
}

describe('the support matrix names what the tests take', () => {
  test('as Kubernetes', () => expect(matrix).toContain(`| ${builtVersion} |`));

  test.each([
    ['packages/control-plane/src/downloaded-programs.ts', /version: '(.+)'/],
    ['packages/e2e/src/node-image/node-image.ts', /'(kindest\/node:v[\d.]+)/],
    ['packages/e2e/src/node-image/built-node-image.ts', /suite: '(.+)'/],
    ['packages/operator/src/mirror-settings.ts', /nginx:([\d.]+)-alpine/],
    ['images/operator/Dockerfile', /ARG BASE=(.+)/],
    ['package.json', /"node": "([\d.]+)"/],
    ['packages/control-plane/go/cert-manager/go.mod', /cert-manager\/cert-manager (v[\d.]+)/],
    ['packages/e2e/go/containerd/go.mod', /containerd\/containerd\/v2 (v[\d.]+)/],
    ['packages/testkit/go/registry/go.mod', /distribution\/distribution\/v3 (v[\d.]+)/],
  ])('as in %s', async (file, pattern) => {
    expect(matrix).toContain(await foundIn(file, pattern));
  });
});
