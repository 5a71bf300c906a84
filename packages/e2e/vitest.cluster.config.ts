import type { TestProjectInlineConfiguration } from 'vitest/config';
import { packageTests } from '../../vitest.shared.ts';

/**
 * Files whose tests have their own mirrors and do nothing to nodes and the operator: three of them run at a time. One
 * replaces the authority of all mirrors, which none of them may notice.
 */
const besideOthers = [
  'certificate-rotation',
  'changes',
  'drop-in',
  'dual-stack',
  'evictions',
  'images',
  'kills-large-pull',
  'packet-guard',
  'pull-through',
  'support-matrix',
];
const files = besideOthers.map((name) => `test/cluster/${name}.e2e.ts`);

const projects: TestProjectInlineConfiguration[] = [
  {
    extends: true,
    test: { name: 'cluster, side by side', include: files, sequence: { groupOrder: 0 }, maxWorkers: 3 },
  },
  {
    extends: true,
    test: {
      name: 'cluster, alone',
      include: ['test/cluster/**/*.e2e.ts'],
      exclude: files,
      sequence: { groupOrder: 1 },
      fileParallelism: false,
    },
  },
];

/** Tests on a real cluster, which is started before the first one and taken away after the last one: `npm run e2e`. */
export default packageTests('cluster', {
  include: [],
  projects,
  globalSetup: ['test/support/shared-cluster.ts'],
  results: 'cluster.json',
  // What is awaited inside has limits of its own, which say what was missing: these only end what hangs.
  testTimeout: 600_000,
  hookTimeout: 600_000,
});
