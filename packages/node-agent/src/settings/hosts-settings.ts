import { SettingError, flagSetting, secondsSetting, textSetting, type Environment } from './environment.ts';
import { hostnameIn } from './hostname.ts';
import { nodeAddress } from './node-address.ts';

/** What the hosts mode works on; names and defaults of the variables are those of mirror-hostess. */
export interface HostsSettings {
  readonly hostsFile: string;
  readonly backupFile: string;
  readonly lockFile: string;
  readonly service: { readonly namespace: string; readonly name: string };
  /** The name that is to lead to the Service. */
  readonly hostname: string;
  /** The node's own address, which no Service has; undefined where it is not told. */
  readonly nodeAddress: string | undefined;
  readonly pauseMs: number;
  /** Between two looks at the hosts file. */
  readonly checkMs: number;
  /** Ours alone: lines stay when the agent ends, so that a node keeps the name while its agent is replaced. */
  readonly keepOnExit: boolean;
}

/** @throws SettingError for a value that cannot be used */
export function hostsSettings(environment: Environment): HostsSettings {
  return {
    hostsFile: textSetting(environment, 'HOSTS_FILE', '/etc/hosts'),
    backupFile: textSetting(environment, 'HOSTS_FILE_BACKUP', '/etc/hosts.backup'),
    lockFile: textSetting(environment, 'LOCK_FILE', '/var/lock/mirror-hostess'),
    service: {
      namespace: kubernetesName(environment, 'SERVICE_NAMESPACE', 'default'),
      name: kubernetesName(environment, 'SERVICE_NAME', 'mirror-registry'),
    },
    hostname: hostnameIn(environment, 'SHADOW_FQDN', 'mirror-registry.example.com'),
    nodeAddress: nodeAddress(environment),
    pauseMs: secondsSetting(environment, 'SECONDS_BETWEEN_STREAMS', 30),
    checkMs: Math.max(100, secondsSetting(environment, 'HOSTS_CHECK_SECONDS', 5)),
    keepOnExit: flagSetting(environment, 'KEEP_ON_EXIT'),
  };
}

function kubernetesName(environment: Environment, variable: string, fallback: string): string {
  const value = textSetting(environment, variable, fallback);
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) throw new SettingError(variable, value, 'a DNS label');
  return value;
}
