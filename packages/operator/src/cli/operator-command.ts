import { Command, Option } from 'commander';
import { readConfiguration } from '../configuration.ts';
import { checkMapOnce, updateMapOnce } from '../map-check/map-commands.ts';
import { runOperator } from '../run-operator.ts';
import type { Host } from './host.ts';
import { addSettingOptions, settingsGivenTo } from './setting-options.ts';

const about = `Runs the operator until it is told to end: it makes a caching registry of every RegistryMirror,
and nodes or pods use it.

The cluster is the one of --kubeconfig, else of KUBECONFIG, else of ~/.kube/config, else the one
this runs in. Until the cluster knows RegistryMirrors ('entrepot crds' prints what it takes), the
operator waits.

Every setting can be given as a flag or as an environment variable; the flag wins.`;

const examples = `
Examples:
  entrepot operator                                       in a pod
  entrepot operator --kubeconfig ~/.kube/kind --namespace mirrors --log-level debug
  ADDRESSING_SCHEME=services entrepot operator --imageswap-namespace imageswap-system
  kubectl exec deploy/entrepot-operator -- entrepot operator --map-check`;

/** `entrepot operator` */
export function operatorCommand(host: Host): Command {
  const command = new Command('operator')
    .summary('run the operator')
    .description(about)
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--context <name>', "context of the kubeconfig; default: the file's own")
    .option('--map-update', 'write the ImageSwap map once, and end')
    .addOption(
      new Option(
        '--map-check',
        'end with 0 if our lines of the ImageSwap map are as the operator last wrote them, else with 1',
      ).conflicts('mapUpdate'),
    )
    .addHelpText('after', examples)
    .action(async ({ mapUpdate = false, mapCheck = false, ...cluster }: OperatorOptions) => {
      const configuration = await readConfiguration(settingsGivenTo(command, host), host.folder);
      if (mapUpdate) await updateMapOnce(cluster, configuration, host);
      else if (mapCheck) await checkMapOnce(cluster, configuration, host);
      else await runOperator(cluster, configuration, host);
    });
  return addSettingOptions(command);
}

interface OperatorOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly mapUpdate?: boolean;
  readonly mapCheck?: boolean;
}
