import { isAbsolute } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { completeValues, overlaid, readValues, type SomeValues } from '../chart/read-values.ts';
import { readConfiguration, type Configuration } from '../configuration.ts';
import { isPath } from '../extensions.ts';
import { givenValues, settingsGivenBy } from '../manifests/given-values.ts';
import { manifests } from '../manifests/manifests.ts';
import { imageParts } from '../chart/image.ts';
import { outputFormats, printObjects } from '../output.ts';
import { printYaml } from '../print-yaml.ts';
import type { GivenSettings } from '../settings/given-settings.ts';
import { image as imageSchema } from '../settings/value-schemas.ts';
import { FailedError, UsageError } from './exit.ts';
import type { Host } from './host.ts';
import { readText } from './read-text.ts';
import { addSettingOptions, settingsGivenTo } from './setting-options.ts';

const about = `Prints everything it takes to run the operator in a cluster: its Namespace,
the CustomResourceDefinition, ServiceAccounts, the Roles they need with these settings and no more,
the operator's Deployment, and what keeps its pods running.

These are the objects that the Helm chart makes of the same values. Settings given here, as flags or
in the environment, win over those in files of values, and become the operator's environment. With
'-o values', the values themselves are printed: what to give the chart.`;

const examples = `
Examples:
  entrepot manifests | kubectl apply -f -
  entrepot manifests --namespace mirrors --values values.yaml | kubectl apply -f -
  entrepot manifests --strategy @example/mine -o values > values.yaml
  entrepot manifests --namespace mirrors --without-namespace | kubectl delete -f -`;

const formats = [...outputFormats, 'values'] as const;

/** `entrepot manifests` */
export function manifestsCommand(host: Host): Command {
  const command = new Command('manifests')
    .summary('print what installs the operator')
    .description(about)
    .option('--image <image>', "image of the operator; default: that of this program's version", imageOf)
    .option('--values <file...>', "values of the chart, YAML files; later ones win; '-' is standard input")
    .option('--without-namespace', 'leave the Namespace out: to delete it takes everything that is in it')
    .addOption(new Option('-o, --output <format>', 'format of the output').choices(formats).default('yaml'))
    .addHelpText('after', examples)
    .action(async ({ image, values: files = [], withoutNamespace = false, output }: ManifestsOptions) => {
      const written = overlaid(...(await Promise.all(files.map(async (file) => readFileOf(file, host)))));
      const flags = settingsGivenTo(command, host);
      const given = new Map([...settingsGivenBy(completeValues(written)), ...flags]);
      const configuration = await readConfiguration(given, host.folder);
      const ownImage = image === undefined ? {} : { image: imageParts(image) };
      const chosen = overlaid(written, givenValues(flags, configuration), ownImage);
      const values = completeValues(chosen);
      for (const note of notesOnFiles(configuration, given, image)) host.say(note);
      const { namespace } = configuration.settings;
      if (output === 'values') return host.out(printYaml(chosen));
      host.out(printObjects(manifests({ namespace, values, hasNamespace: !withoutNamespace }), output));
    });
  return addSettingOptions(command);
}

interface ManifestsOptions {
  readonly image?: string;
  readonly values?: readonly string[];
  readonly withoutNamespace?: boolean;
  readonly output: (typeof formats)[number];
}

/** @throws InvalidArgumentError where nodes could pull nothing by it */
function imageOf(text: string): string {
  if (imageSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError('It wants an image, such as ghcr.io/entrepot/operator:1.0.0.');
}

/** @throws UsageError that names the file, whatever is wrong with it */
async function readFileOf(file: string, host: Host): Promise<SomeValues> {
  const { text, source } = await readText(file, host).catch((error: unknown) => {
    throw error instanceof FailedError ? new UsageError(error.message, { cause: error }) : error;
  });
  return readValues(text, source);
}

/** Modules that are files were found here; the operator looks for them in its image. */
function notesOnFiles({ settings }: Configuration, given: GivenSettings, image: string | undefined): readonly string[] {
  const named = { STRATEGIES: settings.strategies, TEMPLATES: settings.templates };
  return Object.entries(named).flatMap(([variable, specifiers]) =>
    specifiers.filter(isPath).map((file) => {
      const where = isAbsolute(file) ? '' : ', seen from its working directory';
      const source = given.get(variable)?.source ?? variable;
      const container = image === undefined ? "the operator's container" : `image ${image}`;
      return `note: ${source} names ${file}, a file of this machine: ${container} must have it at that path${where}\n`;
    }),
  );
}
