/**
 * Every check and every test of the repository: one line a check, all output of those that fail, and the plain line
 * `N passed, N failed` at the end. Exit code 1 when anything failed. Tests on a cluster, which mostly wait for nodes, run
 * beside all others from the start; ENTREPOT_E2E=off leaves them out.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { startClusterTests } from './cluster-tests.ts';

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const checks: readonly (readonly [title: string, command: string])[] = [
  ['formatting', 'npm run -s format:check'],
  // Both look at all packages at once: one after the other, each would be looked at again with whatever it imports.
  ['lint and package boundaries', 'oxlint --type-aware --deny-warnings packages'],
  ['types', 'tsc -p tsconfig.json'],
  ['nothing unused', 'npm run -s unused'],
  // All are built already, and must stay: tests on a cluster make images of what was built meanwhile.
  ['packages can be published', 'nx run-many -t check-package --excludeTaskDependencies'],
  ['what docs/compatibility.md says is tested', 'node scripts/check-compatibility.ts'],
  ['every reason is in docs/operate.md', 'node scripts/check-operate.ts'],
];

/** What is under way beside the tests on a cluster. */
let underWay: ChildProcess | undefined;

/** Runs a check quietly; its output is shown when it fails. */
async function check(title: string, command: string): Promise<boolean> {
  const started = performance.now();
  const child = spawn(`{ ${command}; } 2>&1`, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
  underWay = child;
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const passed = child.exitCode === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`  ${passed ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)`);
  if (!passed) console.log(output);
  return passed;
}

/** Each test file is told of when it ends. */
async function packageTestsPass(): Promise<boolean> {
  const child = spawn(
    'nx',
    ['run-many', '-t', 'test', '--excludeTaskDependencies', '--parallel=2', '--outputStyle=stream'],
    { stdio: 'inherit' },
  );
  underWay = child;
  await once(child, 'close');
  return child.exitCode === 0;
}

/** Sums result files, which each test run leaves behind. */
function countTests(files: string): Totals {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for (const file of globSync(files)) {
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

for (const file of globSync('packages/*/.test-results')) rmSync(file, { recursive: true });
const isOnCluster = process.env['ENTREPOT_E2E'] !== 'off';
if (!isOnCluster) console.log('Tests on a cluster are left out, as ENTREPOT_E2E=off says');
const onCluster = isOnCluster ? startClusterTests() : undefined;
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Each is heard: a second one would otherwise end this process, and leave the tests on a cluster, a group of their own, behind.
  process.on(signal, () => {
    if (isEnding) return console.log('Ending already: tests on a cluster take away what they started');
    isEnding = true;
    underWay?.kill(signal);
    onCluster?.stop(signal);
    void (onCluster?.passed ?? Promise.resolve(false)).then(() => process.exit(1));
  });
}

console.log('Checks');
const results: boolean[] = [];
for (const [title, command] of checks) results.push(await check(title, command));
console.log('Tests');
const runs = [await packageTestsPass(), (await onCluster?.passed) ?? true];
if (isOnCluster && countTests('packages/e2e/.test-results/cluster.json').passed === 0) {
  console.log('No test on a cluster passed: lines after `cluster |` say why. ENTREPOT_E2E=off leaves them out.');
}
const tests = countTests('packages/*/.test-results/*.json');
const failedChecks = results.filter((passed) => !passed).length;
// A test run that died before it could write a result has failed nevertheless.
const unaccounted = runs.includes(false) && tests.failed === 0 ? 1 : 0;
const failed = tests.failed + failedChecks + unaccounted;
const skipped = tests.skipped === 0 ? '' : `, ${tests.skipped} skipped`;
console.log(`${tests.passed + results.length - failedChecks} passed, ${failed} failed${skipped}`);
process.exitCode = failed === 0 ? 0 : 1;
