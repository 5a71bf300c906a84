import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkMachine } from './machine.ts';
import { lookingAround } from './looking-around.ts';
import { runMainJob } from './main-job.ts';
import { nginxProgram } from './nginx-program.ts';
import { parseOptions } from './options.ts';
import { report } from './report.ts';
import { seconds, Stage } from './stage.ts';

const options = parseOptions(process.argv);
const print = (text: string): unknown => process.stdout.write(text);
const stage = new Stage(print);
const started = performance.now();

const { promise: interruption, reject: interrupt } = Promise.withResolvers<never>();
interruption.catch(() => {});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupt(new Error(`interrupted by ${signal}`)));
}

try {
  await checkMachine();
  const nginx = await nginxProgram();
  const directory = await mkdtemp(join(tmpdir(), 'entrepot-'));
  print('Main job\n');
  const { findings, surroundings } = await Promise.race([runMainJob(stage, directory, nginx, options), interruption]);
  print(`\n${report(findings)}\n`);
  if (options.keep) {
    print(lookingAround(surroundings));
    await interruption.catch(() => {});
  }
} catch (error) {
  print(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  if (await stage.end()) print(`Everything is taken down; ${seconds(performance.now() - started)} in all.\n`);
}
process.exit();
