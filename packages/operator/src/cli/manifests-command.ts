import { Command } from 'commander';
import { readConfiguration } from '../configuration.ts';
import { manifests } from '../manifests/manifests.ts';
import { printObjects, type OutputFormat } from '../output.ts';
import { version } from '../version.ts';
import type { Host } from './host.ts';
import { outputOption } from './output-option.ts';
import { addSettingOptions, settingsGivenTo } from './setting-options.ts';

const about = `Prints everything it takes to run the operator in a cluster: its Namespace,
the CustomResourceDefinition, ServiceAccounts, the Roles they need with these settings and no more,
and the operator's Deployment.

Settings given here, as flags or in the environment, become the operator's environment.`;

const examples = `
Examples:
  entrepot manifests | kubectl apply -f -
  entrepot manifests --namespace mirrors --addressing-scheme services | kubectl apply -f -`;

/** `entrepot manifests` */
export function manifestsCommand(host: Host): Command {
  const command = new Command('manifests')
    .summary('print what installs the operator')
    .description(about)
    .option('--image <image>', 'image of the operator', `ghcr.io/entrepot/operator:${version}`)
    .addOption(outputOption())
    .addHelpText('after', examples)
    .action(async ({ image, output }: ManifestsOptions) => {
      const given = settingsGivenTo(command, host);
      const configuration = await readConfiguration(given, host.folder);
      host.out(printObjects(manifests({ configuration, given, image }), output));
    });
  return addSettingOptions(command);
}

interface ManifestsOptions {
  readonly image: string;
  readonly output: OutputFormat;
}
