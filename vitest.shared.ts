import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const conditions = ['@entrepot/source', 'node', 'import', 'module', 'default'];

/** How long a test waits for what has to come: on a machine with much other work everything takes many times as long. */
const patienceMs = 60_000;

/**
 * The test settings every package shares: workspace packages are taken from their sources, so tests need no build.
 * Each package's vitest.config.ts passes its name and, where real servers need more time, its own time limits.
 */
export function packageTests(
  name: string,
  {
    results = 'results.json',
    ...test
  }: {
    testTimeout?: number;
    hookTimeout?: number;
    globalSetup?: string[];
    fileParallelism?: boolean;
    include?: string[];
    projects?: TestProjectInlineConfiguration[];
    /** The file in .test-results that says what passed. */
    results?: string;
  } = {},
) {
  return defineConfig({
    ssr: { resolve: { conditions } },
    // The global setup is loaded in an environment of vitest's own.
    environments: { __vitest__: { resolve: { conditions } } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      testTimeout: 2 * patienceMs,
      hookTimeout: 2 * patienceMs,
      expect: { poll: { timeout: patienceMs, interval: 20 } },
      // Titles of test.each are shown whole.
      taskTitleValueFormatTruncate: 0,
      ...test,
      reporters: ['default', ['json', { outputFile: `.test-results/${results}` }]],
    },
  });
}
