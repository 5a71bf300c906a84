import { hostname } from 'node:os';
import { loadConnection, type ClusterConnection } from '@entrepot/kube';
import { Command } from 'commander';
import { clientToken, compose, controllerToken, loggerToken } from '../composition.ts';
import { readConfiguration } from '../configuration.ts';
import { messageOf } from '../message-of.ts';
import { version } from '../version.ts';
import { FailedError } from './exit.ts';
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
  ADDRESSING_SCHEME=services entrepot operator --imageswap-namespace imageswap-system`;

/** `entrepot operator` */
export function operatorCommand(host: Host): Command {
  const command = new Command('operator')
    .summary('run the operator')
    .description(about)
    .option('--kubeconfig <file>', 'kubeconfig file')
    .option('--context <name>', "context of the kubeconfig; default: the file's own")
    .addHelpText('after', examples)
    .action(async (cluster: ClusterOptions) => runOperator(cluster, command, host));
  return addSettingOptions(command);
}

interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

async function runOperator(cluster: ClusterOptions, command: Command, host: Host): Promise<void> {
  const configuration = await readConfiguration(settingsGivenTo(command, host), host.folder);
  const { settings, strategies, templates } = configuration;
  const isInPod = cluster.kubeconfig === undefined && host.environment['KUBERNETES_SERVICE_HOST'] !== undefined;
  const parts = compose({
    configuration,
    connection: await connect(cluster),
    // In a pod the host's name is the pod's; the number tells apart processes on a developer's machine.
    identity: `${hostname()}_${process.pid}`,
    isElected: settings.leaderElection ?? isInPod,
  });
  const logger = parts.resolve(loggerToken);
  const known = {
    strategies: strategies.map(({ strategy }) => strategy.name),
    templates: templates.map(({ name }) => name),
  };
  logger.info({ version, namespace: settings.namespace, addressing: settings.addressingScheme, ...known }, 'starting');
  if (settings.secondsBetweenStreams !== undefined) {
    logger.warn({}, 'SECONDS_BETWEEN_STREAMS has no effect: a watch that ends is resumed at once');
  }
  try {
    await parts.resolve(controllerToken).run(host.signal);
  } finally {
    await parts.resolve(clientToken).close();
  }
  logger.info({}, 'ended');
}

async function connect(cluster: ClusterOptions): Promise<ClusterConnection> {
  try {
    return await loadConnection(cluster);
  } catch (error) {
    throw new FailedError(`the cluster cannot be found: ${messageOf(error)}`, { cause: error });
  }
}
