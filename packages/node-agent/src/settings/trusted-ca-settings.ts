import { isAbsolute } from 'node:path';
import { SettingError, listSetting, secondsSetting, textSetting, type Environment } from './environment.ts';

/** A folder where container runtimes look for CAs. */
export interface TrustedFolder {
  readonly folder: string;
  /** The name of the registry that the folder is for, of which the administrator's lists speak; undefined where it is not told. */
  readonly hostname: string | undefined;
}

/** What the trusted-ca mode copies, and where to. */
export interface TrustedCASettings {
  readonly source: string;
  readonly targets: readonly TrustedFolder[];
  /** The SHA-256, in hex, of the content that is to be in place; undefined: any. */
  readonly sha256: string | undefined;
  readonly checkMs: number;
}

/** @throws SettingError for a value that cannot be used */
export function trustedCASettings(environment: Environment): TrustedCASettings {
  const folders = listSetting(environment, 'CA_TARGETS', '/target');
  const relative = folders.find((folder) => !isAbsolute(folder));
  if (folders.length === 0 || relative !== undefined) {
    throw new SettingError('CA_TARGETS', relative ?? '', 'absolute paths of folders, separated by commas');
  }
  const names = listSetting(environment, 'CA_NAMES', '');
  if (![0, folders.length].includes(names.length)) {
    throw new SettingError('CA_NAMES', names.join(','), 'one name for each of CA_TARGETS, separated by commas');
  }
  const sha256 = textSetting(environment, 'CA_SHA256', '').toLowerCase();
  if (!/^([0-9a-f]{64})?$/.test(sha256)) throw new SettingError('CA_SHA256', sha256, 'a SHA-256 in hex');
  return {
    source: textSetting(environment, 'CA_SOURCE', '/source/tls.crt'),
    targets: folders.map((folder, index) => ({ folder, hostname: names[index] })),
    sha256: sha256 === '' ? undefined : sha256,
    checkMs: secondsSetting(environment, 'CA_CHECK_SECONDS', 5),
  };
}
