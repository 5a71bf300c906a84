import { kubernetesPrograms } from '@entrepot/control-plane';
import { registryPrograms } from '@entrepot/testkit';
import { seconds } from './stage.ts';

/** The last part of set-up: the programs that are built from Go modules, one line each. */
for (const [title, prepare] of [
  ['Kubernetes control plane', kubernetesPrograms],
  ['registry and client', registryPrograms],
] as const) {
  const started = performance.now();
  process.stdout.write(`  ${title.padEnd(34)} `);
  try {
    await prepare((line) => process.stderr.write(`\n    ${line}`));
  } catch (error) {
    process.stdout.write(`failed\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  process.stdout.write(`${seconds(performance.now() - started).padStart(7)}\n`);
}
