import { certManagerProgram, helmProgram, kubernetesPrograms } from '@entrepot/control-plane';
import { registryPrograms } from '@entrepot/testkit';
import { seconds } from './stage.ts';

/**
 * The last part of set-up: the programs that are built from Go modules. A line each, after lines about what takes long. With
 * `--tests`, those as well that only tests need.
 */
for (const [title, prepare] of [
  ['Kubernetes control plane', kubernetesPrograms],
  ['registry and client', registryPrograms],
  ...(process.argv.includes('--tests')
    ? ([
        ['cert-manager', certManagerProgram],
        ['helm', helmProgram],
      ] as const)
    : []),
] as const) {
  const started = performance.now();
  try {
    await prepare((line) => console.log(`    ${line}`));
  } catch (error) {
    console.error(`  ${title}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  console.log(`  ${title.padEnd(34)} ${seconds(performance.now() - started).padStart(6)}`);
}
