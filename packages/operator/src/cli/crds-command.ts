import { registryMirrorCRD } from '@entrepot/core';
import { Command } from 'commander';
import { printObjects, type OutputFormat } from '../output.ts';
import type { Host } from './host.ts';
import { outputOption } from './output-option.ts';

const about = `Prints the CustomResourceDefinition of RegistryMirror. Apply it before anything else:

  entrepot crds | kubectl apply -f -`;

/** `entrepot crds` */
export function crdsCommand(host: Host): Command {
  return new Command('crds')
    .summary('print the CustomResourceDefinition')
    .description(about)
    .addOption(outputOption())
    .action(({ output }: { readonly output: OutputFormat }) => host.out(printObjects([registryMirrorCRD()], output)));
}
