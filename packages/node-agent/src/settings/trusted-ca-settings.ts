import { isAbsolute } from 'node:path';
import { SettingError, secondsSetting, textSetting, type Environment } from './environment.ts';

/** What the trusted-ca mode copies, and where to. */
export interface TrustedCASettings {
  readonly source: string;
  readonly targets: readonly string[];
  readonly checkMs: number;
}

/** @throws SettingError for a value that cannot be used */
export function trustedCASettings(environment: Environment): TrustedCASettings {
  const targets = textSetting(environment, 'CA_TARGETS', '/target')
    .split(',')
    .map((target) => target.trim())
    .filter((target) => target !== '');
  const relative = targets.find((target) => !isAbsolute(target));
  if (targets.length === 0 || relative !== undefined) {
    throw new SettingError('CA_TARGETS', relative ?? '', 'absolute paths of folders, separated by commas');
  }
  return {
    source: textSetting(environment, 'CA_SOURCE', '/source/tls.crt'),
    targets,
    checkMs: secondsSetting(environment, 'CA_CHECK_SECONDS', 5),
  };
}
