import { expect, test } from 'vitest';
import { debianPackages } from '../../src/bills/image-inventory.ts';

test("dpkg's record names the packages of an image, with or without their state", () => {
  const record = `Package: libc6
Status: install ok installed
Version: 2.36-9+deb12u14
Architecture: amd64
Description: GNU C Library
 Version: of nothing, as this is the description's second line

Package: tzdata
Architecture: all
Version: 2025b-0+deb12u2



`;
  expect(debianPackages(record)).toEqual([
    { name: 'libc6', version: '2.36-9+deb12u14', architecture: 'amd64' },
    { name: 'tzdata', version: '2025b-0+deb12u2', architecture: 'all' },
  ]);
});
