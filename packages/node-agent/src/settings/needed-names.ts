import { SettingError } from './environment.ts';

/** A name that a node resolves for its own work, and whose it is, for the message. */
export interface NeededName {
  readonly name: string;
  readonly what: string;
}

/** Whether pods and nodes reach the API server, or other Services, by this name in a cluster of the usual domain. */
export function isOfCluster(hostname: string): boolean {
  return /^kubernetes(\.default)?$|\.svc$|\.cluster\.local$/i.test(hostname);
}

/**
 * Refuses to lead a name astray without which the node is cut off.
 *
 * @throws SettingError
 */
export function assertNotNeeded(variable: string, hostname: string, needed: readonly NeededName[]): void {
  const wanted = hostname.toLowerCase();
  const found = needed.find(({ name }) => name.toLowerCase() === wanted);
  if (found === undefined) return;
  const advice = `another name than that of ${found.what}, which the node needs itself`;
  throw new SettingError(variable, hostname, advice);
}

/** A node is called by its whole name, and by the first part of it. */
export function nodeNames(...names: readonly (string | undefined)[]): readonly NeededName[] {
  return names.flatMap((name) =>
    name === undefined || name === ''
      ? []
      : [name, name.replace(/\..*$/, '')].map((known) => ({ name: known, what: 'the node' })),
  );
}
