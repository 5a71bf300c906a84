import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../api/connection.ts';
import { watchService } from '../api/watch-service.ts';
import { Doorbell } from '../doorbell.ts';
import type { Readiness } from '../health/readiness.ts';
import type { Logger } from '../log/logger.ts';
import type { HostsSettings } from '../settings/hosts-settings.ts';
import { RefusedError } from '../policy/node-policy.ts';
import { repeatedly } from '../repeatedly.ts';
import { unfitAddress } from './address-check.ts';
import type { HostsFile } from './hosts-file.ts';

/**
 * Keeps the name in the hosts file at the Service's addresses until the signal aborts. Two loops: one hears what the API
 * server says about the Service, the other compares that with the file, at every change of either. While the API server
 * cannot be asked, the line stays as it is; when somebody else takes the line away, it comes back within seconds.
 *
 * At the end the line is withdrawn, as mirror-hostess does, unless `keepOnExit` says otherwise.
 */
export async function keepHostsEntry(
  settings: HostsSettings,
  connection: Connection,
  hosts: HostsFile,
  readiness: Readiness,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { hostsFile, service, hostname, nodeAddress, checkMs, keepOnExit } = settings;
  const bell = new Doorbell();
  let addresses: readonly string[] | undefined;
  const following = follow(settings, connection, log, signal, (found) => {
    addresses = found;
    bell.ring();
  });

  const compare = async (): Promise<'again'> => {
    if (addresses === undefined) return 'again';
    const unfit = unfitAddress(addresses, nodeAddress);
    if (unfit !== undefined)
      throw new RefusedError(`${hostname} is left alone: ${unfit} is not what a Service can have`);
    await hosts.ensure({ hostname, addresses }, signal);
    if (addresses.length > 0) readiness.done(`${hostname} is ${addresses.join(' and ')} in ${hostsFile} now`);
    else
      readiness.waits(
        `${hostname} is not in ${hostsFile} now: Service ${service.namespace}/${service.name} has no address`,
      );
    return 'again';
  };
  await repeatedly(compare, checkMs, readiness, signal, bell);
  await following;
  if (addresses !== undefined && addresses.length > 0 && !keepOnExit) await hosts.ensure({ hostname, addresses: [] });
}

/** Tells the Service's addresses, none when there is no such Service, at the start of every watch and at every change. */
async function follow(
  { service, pauseMs }: Pick<HostsSettings, 'service' | 'pauseMs'>,
  connection: Connection,
  log: Logger,
  signal: AbortSignal,
  tell: (addresses: readonly string[]) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of watchService(connection, service, signal)) {
        const found = event.service;
        if (found && (found.name !== service.name || found.namespace !== service.namespace)) {
          log.debug(`Ignoring event for ${found.name} in ${found.namespace}`);
        } else if (['LISTED', 'ADDED', 'MODIFIED'].includes(event.type)) tell(found?.addresses ?? []);
        else if (event.type === 'DELETED') tell([]);
        else log.warning(`Unexpected event type ${event.type}`);
      }
      log.debug(`The watch of Service ${service.namespace}/${service.name} ended`);
    } catch (error) {
      if (!signal.aborted) log.error(`Watching Service ${service.namespace}/${service.name} failed: ${String(error)}`);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
}
