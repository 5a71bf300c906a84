import { type ApplyRound, measureApply } from './numbers/apply.ts';
import { measureColdPulls } from './numbers/cold-pull.ts';
import { measureHostsLine } from './numbers/hosts-line.ts';
import { measureLargeFleet } from './numbers/large-fleet.ts';
import { type NumberName, type Options, parseOptions } from './options.ts';
import { applyReport, coldPullReport, fleetReport, hostsLineReport } from './report.ts';

const options = parseOptions(process.argv);
const started = performance.now();

// Progress goes where it does not mix with figures that are redirected into a file.
const progress = (line: string): void => {
  console.error(`  ${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${line}`);
};

const measurements: Readonly<Record<NumberName, (sizes: Options) => Promise<string>>> = {
  apply: async ({ mirrors, rounds }) => {
    const results: ApplyRound[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress(`apply: round ${round} of ${rounds}`);
      results.push(await measureApply(mirrors, progress));
    }
    return applyReport(mirrors, results);
  },
  fleet: async ({ fleet, samples }) => fleetReport(fleet, await measureLargeFleet(fleet, samples, progress)),
  'hosts-line': async ({ samples }) => hostsLineReport(await measureHostsLine(samples * 3, progress)),
  'cold-pull': async ({ megabytes, rounds }) =>
    coldPullReport(megabytes, await measureColdPulls(megabytes, rounds, progress)),
};

for (const name of options.names) {
  progress(name);
  console.log(await measurements[name](options));
}
