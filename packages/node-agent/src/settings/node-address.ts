import { isIP } from 'node:net';
import { SettingError, textSetting, type Environment } from './environment.ts';

/** The address of the node that a pod is on; undefined where it is not told. @throws SettingError for what is none */
export function nodeAddress(environment: Environment): string | undefined {
  const value = textSetting(environment, 'NODE_IP', '');
  if (value === '') return undefined;
  if (isIP(value) === 0) throw new SettingError('NODE_IP', value, 'an IP address');
  return value;
}
