import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { describe, expect, test } from 'vitest';
import { bundledPackages, packageFolder } from '../../src/bills/bundled-packages.ts';
import { LockFile } from '../../src/bills/lock-file.ts';
import { imageBill, packageBill } from '../../src/bills/write-bills.ts';
import { products } from '../../src/product-images/image-context.ts';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const lock = new LockFile(await readFile(`${repository}/package-lock.json`, 'utf8'));

/** What the schema of CycloneDX has against a bill; null is nothing. */
async function objections(bill: object): Promise<unknown> {
  return new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(JSON.stringify(bill));
}

const inventory = {
  debian: [{ name: 'libc6', version: '2.36-9+deb12u14', architecture: 'amd64' }],
  node: '24.21.0',
  utilLinux: '2.38.1',
};

describe('a bill of materials', () => {
  test('is CycloneDX, and the same for the same content', () => {
    const small = new LockFile(
      JSON.stringify({
        packages: {
          'packages/agent': { name: '@entrepot/agent', version: '0.1.0', license: 'Apache-2.0' },
          'node_modules/yaml': { version: '2.9.1', license: 'ISC', integrity: 'sha512-AAEC' },
        },
      }),
    );
    expect(
      imageBill(small, 'ghcr.io/entrepot/agent:0.1.0', ['node_modules/yaml', 'packages/agent'], inventory),
    ).toEqual({
      $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      version: 1,
      metadata: {
        component: {
          type: 'container',
          'bom-ref': 'pkg:oci/agent?repository_url=ghcr.io%2Fentrepot%2Fagent&tag=0.1.0',
          name: 'ghcr.io/entrepot/agent',
          version: '0.1.0',
          purl: 'pkg:oci/agent?repository_url=ghcr.io%2Fentrepot%2Fagent&tag=0.1.0',
        },
      },
      components: [
        {
          type: 'library',
          'bom-ref': 'pkg:npm/yaml@2.9.1',
          name: 'yaml',
          version: '2.9.1',
          purl: 'pkg:npm/yaml@2.9.1',
          licenses: [{ expression: 'ISC' }],
          hashes: [{ alg: 'SHA-512', content: '000102' }],
        },
        {
          type: 'library',
          'bom-ref': 'pkg:npm/%40entrepot/agent@0.1.0',
          group: '@entrepot',
          name: 'agent',
          version: '0.1.0',
          purl: 'pkg:npm/%40entrepot/agent@0.1.0',
          licenses: [{ expression: 'Apache-2.0' }],
        },
        {
          type: 'application',
          'bom-ref': 'pkg:generic/nodejs@24.21.0',
          name: 'nodejs',
          version: '24.21.0',
          purl: 'pkg:generic/nodejs@24.21.0',
        },
        {
          type: 'application',
          'bom-ref': 'pkg:generic/util-linux@2.38.1',
          name: 'util-linux',
          version: '2.38.1',
          purl: 'pkg:generic/util-linux@2.38.1',
        },
        {
          type: 'library',
          'bom-ref': 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64',
          name: 'libc6',
          version: '2.36-9+deb12u14',
          purl: 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64',
        },
      ],
      dependencies: [
        {
          ref: 'pkg:oci/agent?repository_url=ghcr.io%2Fentrepot%2Fagent&tag=0.1.0',
          dependsOn: [
            'pkg:npm/yaml@2.9.1',
            'pkg:npm/%40entrepot/agent@0.1.0',
            'pkg:generic/nodejs@24.21.0',
            'pkg:generic/util-linux@2.38.1',
            'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64',
          ],
        },
      ],
    });
  });

  test.each(products)('of the package and of the image %s are what the schema wants', async (product) => {
    const bundled = await bundledPackages(product, repository);
    expect(bundled).toContain(`packages/${product}`);
    expect(await objections(packageBill(lock, `packages/${product}`, bundled))).toBeNull();
    expect(await objections(imageBill(lock, `ghcr.io/entrepot/${product}:0.1.0`, bundled, inventory))).toBeNull();
  });

  test('that is none is told by the schema', async () => {
    expect(await objections({ ...packageBill(lock, 'packages/kube'), version: 'one' })).not.toBeNull();
  });

  test('of the node agent names the package whose code is in its bundle, although it depends on none', () => {
    const bill = packageBill(lock, 'packages/node-agent', ['node_modules/yaml', 'packages/node-agent']);
    expect(bill).toMatchObject({ components: [{ name: 'yaml' }] });
    expect(packageBill(lock, 'packages/node-agent')).toMatchObject({ components: [] });
  });
});

test.each([
  ['node_modules/undici/lib/a.js', 'node_modules/undici'],
  ['node_modules/a/node_modules/@b/c/lib/d.js', 'node_modules/a/node_modules/@b/c'],
  ['packages/kube/src/client/a.ts', 'packages/kube'],
])('%s is of the package in %s', (file, folder) => expect(packageFolder(file)).toBe(folder));
