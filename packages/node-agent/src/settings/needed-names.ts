import { hostname } from 'node:os';
import type { Environment } from './environment.ts';

/** A name that a node resolves for its own work, and whose it is, for the message. */
export interface NeededName {
  /** Perhaps with `*` for its first part, as certificates have it. */
  readonly name: string;
  readonly what: 'the node' | 'the API server';
}

/** The names of the node and of the API server that the environment tells. */
export function namesInEnvironment(environment: Environment): readonly NeededName[] {
  const host = environment['KUBERNETES_SERVICE_HOST'];
  return [
    // In a pod, the host's name is the pod's; NODE_NAME says what the node is called.
    ...nodeNames(hostname(), environment['NODE_NAME']),
    ...apiServerNames(host === undefined ? [] : [host]),
  ];
}

/** A node is called by its whole name, and by the first part of it. */
export function nodeNames(...names: readonly (string | undefined)[]): readonly NeededName[] {
  return names.flatMap((name) =>
    name === undefined || name === ''
      ? []
      : [name, name.replace(/\..*$/, '')].map((known) => ({ name: known, what: 'the node' as const })),
  );
}

export function apiServerNames(names: readonly string[]): readonly NeededName[] {
  return names.map((name) => ({ name, what: 'the API server' }));
}

/**
 * Whose name this is that needs it, so that it must not be led astray.
 *
 * @returns undefined for a name that nobody needs
 * @example whoNeeds('node-1', nodeNames('node-1.example.org')) // 'the node'
 */
export function whoNeeds(hostname: string, needed: readonly NeededName[]): NeededName['what'] | undefined {
  const wanted = hostname.toLowerCase();
  return needed.find(({ name }) => isCalled(wanted, name.toLowerCase()))?.what;
}

/** As TLS compares: `*` stands for one part. https://www.rfc-editor.org/rfc/rfc9525#section-6.3 */
function isCalled(hostname: string, name: string): boolean {
  return name.startsWith('*.') ? hostname.replace(/^[^.]*/, '*') === name : hostname === name;
}
