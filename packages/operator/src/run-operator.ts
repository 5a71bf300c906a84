import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Host } from './cli/host.ts';
import { clientToken, compose, controllerToken, leaseClientToken, loggerToken, mapStateToken } from './composition.ts';
import type { Configuration } from './configuration.ts';
import { connect, type ClusterOptions } from './connect.ts';
import { version } from './version.ts';

/** Runs the operator until the host's signal is aborted. */
export async function runOperator(cluster: ClusterOptions, configuration: Configuration, host: Host): Promise<void> {
  // V8 takes what memory there is. What the operator knows of a cluster lives long and grows little: collecting garbage
  // sooner costs little time and saves half of the memory (docs/benchmarks.md).
  setFlagsFromString('--optimize-for-size');
  // Small while the program was loaded (bin/entrepot.js), the space for new objects may grow for the work.
  setFlagsFromString('--semi-space-growth-factor=2');
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
    await parts.resolve(mapStateToken).forget();
    await parts.resolve(controllerToken).run(host.signal);
  } finally {
    await Promise.all([clientToken, leaseClientToken].map(async (token) => parts.resolve(token).close()));
  }
  logger.info({}, 'ended');
}
