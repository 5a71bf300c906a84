import { isAbsolute } from 'node:path';
import { Command } from 'commander';
import { readConfiguration, type Configuration } from '../configuration.ts';
import { isPath } from '../extensions.ts';
import { manifests } from '../manifests/manifests.ts';
import { printObjects, type OutputFormat } from '../output.ts';
import type { GivenSettings } from '../settings/given-settings.ts';
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
      for (const note of notesOnFiles(configuration, given, image)) host.say(note);
      host.out(printObjects(manifests({ configuration, given, image }), output));
    });
  return addSettingOptions(command);
}

interface ManifestsOptions {
  readonly image: string;
  readonly output: OutputFormat;
}

/** Modules that are files were found here; the operator looks for them in its image. */
function notesOnFiles({ settings }: Configuration, given: GivenSettings, image: string): readonly string[] {
  const named = { STRATEGIES: settings.strategies, TEMPLATES: settings.templates };
  return Object.entries(named).flatMap(([variable, specifiers]) =>
    specifiers.filter(isPath).map((file) => {
      const where = isAbsolute(file) ? '' : ', seen from its working directory';
      const source = given.get(variable)?.source ?? variable;
      return `note: ${source} names ${file}, a file of this machine: image ${image} must have it at that path${where}\n`;
    }),
  );
}
