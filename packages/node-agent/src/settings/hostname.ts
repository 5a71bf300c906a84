import { isIP } from 'node:net';
import { SettingError, textSetting, type Environment } from './environment.ts';

/** The cluster's DNS domain, in which pods, and nodes that ask the cluster's DNS, find Services. */
export function clusterDomain(environment: Environment): string {
  return textSetting(environment, 'CLUSTER_DOMAIN', 'cluster.local');
}

/**
 * A name for the hosts file.
 *
 * @param variable where it comes from
 * @throws SettingError for one that has trouble
 */
export function hostnameIn(environment: Environment, variable: string, fallback: string): string {
  const value = textSetting(environment, variable, fallback);
  const wanted = hostnameTrouble(value, clusterDomain(environment));
  if (wanted !== undefined) throw new SettingError(variable, value, wanted);
  return value;
}

/**
 * What a text must be instead, for the hosts file to lead from it to a mirror: it would make a broken line, or nodes, and what
 * runs on them, need the name themselves. The operator has the same rule, in core/src/api/hosts-name.ts, and the same tests.
 *
 * @param domain the cluster's DNS domain
 * @returns undefined where the name can be written
 */
export function hostnameTrouble(value: string, domain: string): string | undefined {
  const isName = /^[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*$/i.test(value);
  if (!isName || value.length > 253 || isIP(value) !== 0) return 'a host name without a port';
  const name = value.toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return 'a name that is not localhost';
  const ends = [...new Set(['.svc', '.cluster.local', `.svc.${domain.toLowerCase()}`])];
  if (!['kubernetes', 'kubernetes.default'].includes(name) && !ends.some((end) => name.endsWith(end))) return undefined;
  return `a name that the cluster does not need itself, unlike kubernetes, kubernetes.default and what ends in ${ends.join(' or ')}`;
}
