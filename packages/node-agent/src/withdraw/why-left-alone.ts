import { loadConnection } from '../api/load-connection.ts';
import { askForNames, hostOf } from '../api/server-names.ts';
import type { Logger } from '../log/logger.ts';
import type { Environment } from '../settings/environment.ts';
import { clusterDomain, hostnameTrouble } from '../settings/hostname.ts';
import { apiServerNames, namesInEnvironment, whoNeeds } from '../settings/needed-names.ts';

const askingMs = 5000;

/**
 * Looks up which names are no mirror's: those that agents refuse to write. The names of the API server are asked for, but
 * withdrawing does not wait for it: without an answer, names are told by the environment alone, and lines by their form.
 *
 * @returns why a name is to be left alone, or undefined
 */
export async function whyLeftAlone(
  environment: Environment,
  log: Pick<Logger, 'warning'>,
  signal: AbortSignal,
): Promise<(hostname: string) => string | undefined> {
  const domain = clusterDomain(environment);
  const needed = [
    ...namesInEnvironment(environment),
    ...apiServerNames(
      await namesOfServer(environment, signal).catch((error: unknown) => {
        log.warning(`The API server does not tell its names, so none of them is known: ${String(error)}`);
        return [];
      }),
    ),
  ];
  return (hostname) => {
    const wanted = hostnameTrouble(hostname, domain);
    if (wanted !== undefined) return `it must be ${wanted}`;
    const who = whoNeeds(hostname, needed);
    return who === undefined ? undefined : `it is a name of ${who}, which the node needs itself`;
  };
}

async function namesOfServer(environment: Environment, signal: AbortSignal): Promise<readonly string[]> {
  const { server } = await loadConnection(environment);
  return [hostOf(server), ...(await askForNames(server, askingMs, signal))];
}
