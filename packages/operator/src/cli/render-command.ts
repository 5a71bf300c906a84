import { Command } from 'commander';
import { readConfiguration } from '../configuration.ts';
import { printObjects, type OutputFormat } from '../output.ts';
import { readObjects, type FoundObject } from '../render/read-objects.ts';
import { renderObjects } from '../render/render-objects.ts';
import type { Host } from './host.ts';
import { outputOption } from './output-option.ts';
import { readText } from './read-text.ts';
import { addSettingOptions, settingsGivenTo } from './setting-options.ts';

const about = `Prints every object the operator would apply, without a cluster.

RegistryMirrors in the files are planned. Any other object in them is taken as what the cluster
holds already: a Service with its clusterIP, a Secret, the ConfigMap imageswap-maps. Where the
operator would make a certificate, and for the uid of a RegistryMirror that has none yet, a
placeholder stands; notes about that go to standard error.

Settings are those of 'entrepot operator', from flags or environment.`;

const examples = `
Examples:
  entrepot render -f mirror.yaml
  kubectl get registrymirrors,services -A -o yaml | entrepot render -f - | kubectl diff -f -
  entrepot render -f mirrors/a.yaml -f mirrors/b.yaml --addressing-scheme services`;

/** `entrepot render` */
export function renderCommand(host: Host): Command {
  const command = new Command('render')
    .summary('print what the operator would apply')
    .description(about)
    .requiredOption('-f, --filename <file...>', "YAML or JSON files; '-' is standard input")
    .addOption(outputOption())
    .addHelpText('after', examples)
    .action(async ({ filename, output }: RenderOptions) => {
      const configuration = await readConfiguration(settingsGivenTo(command, host), host.folder);
      const { objects, notes } = renderObjects(await readFiles(filename, host), configuration);
      for (const note of notes) host.say(`note: ${note}\n`);
      host.out(printObjects(objects, output));
    });
  return addSettingOptions(command);
}

interface RenderOptions {
  readonly filename: readonly string[];
  readonly output: OutputFormat;
}

async function readFiles(files: readonly string[], host: Host): Promise<readonly FoundObject[]> {
  const found: FoundObject[] = [];
  for (const file of files) {
    const { text, source } = await readText(file, host);
    found.push(...readObjects(text, source));
  }
  return found;
}
