import { hostname } from 'node:os';
import { loadConnection } from './api/load-connection.ts';
import { HostsFile } from './hosts/hosts-file.ts';
import { keepHostsEntry } from './hosts/keep-hosts-entry.ts';
import { createLogger, type Logger } from './log/logger.ts';
import type { Environment } from './settings/environment.ts';
import { hostsSettings } from './settings/hosts-settings.ts';
import { assertNotNeeded, nodeNames } from './settings/needed-names.ts';
import { trustedCASettings } from './settings/trusted-ca-settings.ts';
import { keepTrustedCA } from './trusted-ca/keep-trusted-ca.ts';
import { usage } from './usage.ts';

/** Where the program writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs the program until the signal aborts or it cannot go on. @returns its exit code */
export async function run(
  args: readonly string[],
  environment: Environment,
  { out, err }: Output,
  signal: AbortSignal,
): Promise<number> {
  const [mode = 'hosts'] = args;
  if (mode === '--help' || mode === '-h') {
    out(usage);
    return 0;
  }
  if (args.length > 1 || !(mode === 'trusted-ca' || args.length === 0)) {
    err(`entrepot-node-agent: unknown arguments ${args.join(' ')}\n${usage}`);
    return 2;
  }
  const fail = (error: unknown): number => {
    err(`entrepot-node-agent: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  };
  try {
    const log = createLogger(environment, err);
    if (mode === 'hosts') return await runHosts(environment, log, signal);
    await keepTrustedCA(trustedCASettings(environment), log, signal);
    return 0;
  } catch (error) {
    return fail(error);
  }
}

async function runHosts(environment: Environment, log: Logger, signal: AbortSignal): Promise<number> {
  const settings = hostsSettings(environment);
  const connection = await loadConnection(environment);
  assertNotNeeded(settings.hostname, [
    // In a pod, the host's name is the pod's; NODE_NAME says what the node is called.
    ...nodeNames(hostname(), environment['NODE_NAME']),
    { name: connection.server.hostname, what: 'the API server' },
  ]);
  const hosts = new HostsFile(settings, log);
  try {
    await hosts.backUp(signal);
  } catch (error) {
    if (!signal.aborted) log.critical(`The hosts file cannot be backed up, so it is left alone: ${String(error)}`);
    return 1;
  }
  await keepHostsEntry(settings, connection, hosts, log, signal);
  return settings.keepOnExit ? 0 : 1;
}
