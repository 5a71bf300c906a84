import { describe, expect, test } from 'vitest';
import { LockFile } from '../../src/bills/lock-file.ts';

const lock = new LockFile(
  JSON.stringify({
    packages: {
      '': { name: 'ours' },
      'packages/app': { name: '@ours/app', version: '1.0.0', dependencies: { '@ours/lib': '1.0.0', far: '^2' } },
      'packages/lib': {
        name: '@ours/lib',
        version: '1.0.0',
        dependencies: { far: '^1' },
        devDependencies: { tester: '1' },
        optionalDependencies: { 'of-another-system': '1' },
      },
      'packages/lib/node_modules/far': { version: '1.5.0', license: 'MIT' },
      'node_modules/@ours/lib': { resolved: 'packages/lib', link: true },
      'node_modules/far': { version: '2.5.0', integrity: 'sha512-AAEC', dependencies: { near: '*' } },
      'node_modules/near': { version: '3.0.0', dependencies: { far: '*' } },
      'node_modules/tester': { version: '1.0.0' },
    },
  }),
);

describe('what is installed with a package', () => {
  test.each([
    {
      title: 'is what it needs, and what that needs in turn, each in the version that Node finds from there',
      folder: 'packages/app',
      expected: ['node_modules/far', 'node_modules/near', 'packages/lib', 'packages/lib/node_modules/far'],
    },
    {
      title: 'is not what its tests need, nor what is for other systems',
      folder: 'packages/lib',
      expected: ['packages/lib/node_modules/far'],
    },
    {
      title: 'may go round in circles',
      folder: 'node_modules/near',
      expected: ['node_modules/far', 'node_modules/near'],
    },
  ])('$title', ({ folder, expected }) => expect(lock.dependenciesOf(folder)).toEqual(expected));

  test('has a name by its folder, unless it is ours', () => {
    expect(lock.packageAt('packages/lib/node_modules/far')).toMatchObject({ name: 'far', version: '1.5.0' });
    expect(lock.packageAt('packages/lib')).toMatchObject({ name: '@ours/lib', version: '1.0.0' });
  });

  test('must be installed', () => {
    expect(() => lock.packageAt('node_modules/nowhere')).toThrow(
      'package-lock.json has no package in node_modules/nowhere',
    );
  });
});
