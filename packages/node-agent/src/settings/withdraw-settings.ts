import { isAbsolute, normalize } from 'node:path';
import { SettingError, listSetting, textSetting, type Environment } from './environment.ts';
import { nodeAddress } from './node-address.ts';

/** What the withdraw mode takes away from the node. */
export interface WithdrawSettings {
  readonly hostsFile: string;
  readonly lockFile: string;
  /** What the hosts file is not to have: texts that mirrors gave, not all of them names that an agent may touch. */
  readonly hostnames: readonly string[];
  /** The node's own address, which no Service has; undefined where it is not told. */
  readonly nodeAddress: string | undefined;
  /** Folders that are not to have our certificates. */
  readonly folders: readonly string[];
  /** Between two attempts. */
  readonly checkMs: number;
}

/** @throws SettingError for a value that cannot be used */
export function withdrawSettings(environment: Environment): WithdrawSettings {
  const folders = listSetting(environment, 'WITHDRAW_FOLDERS', '');
  const wrong = folders.find((folder) => !isAbsolute(folder) || normalize(folder) !== folder || folder === '/');
  if (wrong !== undefined) {
    throw new SettingError('WITHDRAW_FOLDERS', wrong, 'absolute paths of folders, separated by commas');
  }
  return {
    hostsFile: textSetting(environment, 'HOSTS_FILE', '/etc/hosts'),
    lockFile: textSetting(environment, 'LOCK_FILE', '/var/lock/mirror-hostess'),
    hostnames: listSetting(environment, 'WITHDRAW_FQDNS', ''),
    nodeAddress: nodeAddress(environment),
    folders,
    checkMs: 5000,
  };
}
