import { loadConnection } from './api/load-connection.ts';
import { hostOf } from './api/server-names.ts';
import { serveHealth } from './health/health-server.ts';
import { Readiness } from './health/readiness.ts';
import { HostsFile } from './hosts/hosts-file.ts';
import { HostsLock } from './hosts/hosts-lock.ts';
import { keepHostsEntry } from './hosts/keep-hosts-entry.ts';
import { createLogger, type Logger } from './log/logger.ts';
import { readPolicy, type NodePolicy } from './policy/node-policy.ts';
import { agentSettings } from './settings/agent-settings.ts';
import { SettingError, type Environment } from './settings/environment.ts';
import { hostsSettings } from './settings/hosts-settings.ts';
import { apiServerNames, namesInEnvironment, whoNeeds } from './settings/needed-names.ts';
import { trustedCASettings } from './settings/trusted-ca-settings.ts';
import { withdrawSettings } from './settings/withdraw-settings.ts';
import { keepTrustedCA } from './trusted-ca/keep-trusted-ca.ts';
import { usage } from './usage.ts';
import { whyLeftAlone } from './withdraw/why-left-alone.ts';
import { withdraw } from './withdraw/withdraw.ts';

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
  if (args[0] === '--help' || args[0] === '-h') {
    out(usage);
    return 0;
  }
  const mode = args.length > 1 ? undefined : modes[args[0] ?? 'hosts'];
  if (mode === undefined) {
    err(`entrepot-node-agent: unknown arguments ${args.join(' ')}\n${usage}`);
    return 2;
  }
  try {
    const log = createLogger(environment, err);
    const { healthPort, policyDir } = agentSettings(environment);
    const readiness = new Readiness(log);
    const agent: Agent = { environment, policy: () => readPolicy(policyDir), readiness, log };
    const health = serveHealth(healthPort, readiness, log);
    try {
      return await mode(agent, signal);
    } finally {
      health.close();
    }
  } catch (error) {
    err(`entrepot-node-agent: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** What every mode works with. */
interface Agent {
  readonly environment: Environment;
  readonly policy: () => Promise<NodePolicy>;
  readonly readiness: Readiness;
  readonly log: Logger;
}

const modes: Readonly<Record<string, (agent: Agent, signal: AbortSignal) => Promise<number>>> = {
  hosts: async ({ environment, policy, readiness, log }, signal) => {
    const settings = hostsSettings(environment);
    const connection = await loadConnection(environment);
    const needed = [...namesInEnvironment(environment), ...apiServerNames([hostOf(connection.server)])];
    const who = whoNeeds(settings.hostname, needed);
    if (who !== undefined) {
      const wanted = `another name than that of ${who}, which the node needs itself`;
      throw new SettingError('SHADOW_FQDN', settings.hostname, wanted);
    }
    const lock = new HostsLock(settings);
    const hosts = new HostsFile(settings.hostsFile, lock, policy, log);
    const trouble = await hosts.backUp(settings, readiness, signal);
    if (trouble !== undefined) log.critical(`The hosts file cannot be backed up, so it is left alone: ${trouble}`);
    if (trouble !== undefined || signal.aborted) return 1;
    const lost = await keepHostsEntry(settings, connection, { hosts, lock }, readiness, log, signal);
    if (lost !== undefined) log.critical(`The hosts file cannot be kept, so it is left alone: ${lost}`);
    return settings.keepOnExit && lost === undefined ? 0 : 1;
  },
  'trusted-ca': async ({ environment, policy, readiness, log }, signal) => {
    await keepTrustedCA(trustedCASettings(environment), policy, readiness, log, signal);
    return 0;
  },
  withdraw: async ({ environment, policy, readiness, log }, signal) => {
    const settings = withdrawSettings(environment);
    const whyNot = () => whyLeftAlone(environment, log, signal);
    // Whoever is told to withdraw lines works beside agents that keep theirs.
    const lock = new HostsLock({ ...settings, keepOnExit: true });
    const hosts = new HostsFile(settings.hostsFile, lock, policy, log);
    await withdraw(settings, hosts, whyNot, policy, readiness, signal);
    return 0;
  },
};
