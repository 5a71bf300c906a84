/**
 * Every check and every test of the repository, in order; one line a check, all output of those that fail, and the
 * plain line `N passed, N failed` at the end. Exit code 1 when anything failed.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const checks: readonly (readonly [title: string, command: string])[] = [
  ['formatting', 'npm run -s format:check'],
  ['lint and package boundaries', 'nx run-many -t lint'],
  ['types', 'nx run-many -t typecheck && tsc -p tsconfig.json'],
  ['nothing unused', 'npm run -s unused'],
  ['packages can be published', 'nx run-many -t check-package'],
  ['what docs/compatibility.md says is tested', 'node scripts/check-compatibility.ts'],
  ['every reason is in docs/operate.md', 'node scripts/check-operate.ts'],
];

/** Runs a check quietly; its output is shown when it fails. */
function check(title: string, command: string): boolean {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8', maxBuffer: 1 << 28 });
  const passed = status === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`  ${passed ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)`);
  if (!passed) console.log(`${stdout}\n${stderr}`);
  return passed;
}

/** Sums the result files that each package's test run leaves behind. */
function countTests(): Totals {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const file of globSync('packages/*/.test-results/results.json')) {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, success } = JSON.parse(
      readFileSync(file, 'utf8'),
    ) as {
      numPassedTests: number;
      numFailedTests: number;
      numFailedTestSuites: number;
      numPendingTests: number;
      success: boolean;
    };
    passed += numPassedTests;
    skipped += numPendingTests;
    // A test file that cannot even be loaded has no failed tests; it is a failure all the same.
    failed += success ? 0 : numFailedTests || Math.max(numFailedTestSuites, 1);
  }
  return { passed, failed, skipped };
}

console.log('Checks');
const results = checks.map(([title, command]) => check(title, command));
console.log('Tests');
for (const file of globSync('packages/*/.test-results')) rmSync(file, { recursive: true });
const run = spawnSync('nx run-many -t test --parallel=2 --outputStyle=static', { shell: true, stdio: 'inherit' });
const tests = countTests();
const failedChecks = results.filter((passed) => !passed).length;
// nx knows of packages whose test run died before it could write a result.
const unaccounted = run.status !== 0 && tests.failed === 0 ? 1 : 0;
const failed = tests.failed + failedChecks + unaccounted;
const skipped = tests.skipped === 0 ? '' : `, ${tests.skipped} skipped`;
console.log(`${tests.passed + results.length - failedChecks} passed, ${failed} failed${skipped}`);
process.exitCode = failed === 0 ? 0 : 1;
