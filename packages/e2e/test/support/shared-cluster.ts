import type { TestProject } from 'vitest/node';
import { testBedVariable } from '../../src/test-bed/run-tests.ts';
import { testBedSchema, type TestBed } from '../../src/test-bed/test-bed.ts';

declare module 'vitest' {
  export interface ProvidedContext extends TestBed {}
}

/** Hands the cluster of this run to every test file. */
export default function setup(project: TestProject): void {
  const text = process.env[testBedVariable];
  if (text === undefined) throw new Error('tests on a cluster are started by `npm run e2e -- <arguments of vitest>`');
  const testBed = testBedSchema.parse(JSON.parse(text));
  project.provide('cluster', testBed.cluster);
  project.provide('dockerHost', testBed.dockerHost);
  project.provide('images', testBed.images);
  project.provide('upstreamAuthority', testBed.upstreamAuthority);
  project.provide('upstreamCertificate', testBed.upstreamCertificate);
}
