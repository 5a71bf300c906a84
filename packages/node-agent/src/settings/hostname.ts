import { isIP } from 'node:net';
import { SettingError } from './environment.ts';
import { isOfCluster } from './needed-names.ts';

/**
 * A name for the hosts file: none that would make a broken line, and none that a node needs for itself.
 *
 * @param variable where it comes from
 * @throws SettingError
 */
export function hostnameIn(variable: string, value: string): string {
  const isName = /^[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$/i.test(value);
  if (!isName || value.length > 253 || isIP(value) !== 0) {
    throw new SettingError(variable, value, 'a host name without a port');
  }
  if (/^(.*\.)?localhost$/i.test(value)) throw new SettingError(variable, value, 'a name that is not localhost');
  if (isOfCluster(value)) {
    const unlike = 'unlike kubernetes, kubernetes.default and what ends in .svc or .cluster.local';
    throw new SettingError(variable, value, `a name that the cluster does not need itself, ${unlike}`);
  }
  return value;
}
