import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../api/connection.ts';
import type { Service } from '../api/service.ts';
import { watchService } from '../api/watch-service.ts';
import type { Logger } from '../log/logger.ts';
import type { HostsSettings } from '../settings/hosts-settings.ts';
import type { HostsFile } from './hosts-file.ts';

/**
 * Keeps the name in the hosts file at the Service's addresses until the signal aborts. Every start of a stream compares what
 * is there with the file, so nothing that happened in between is missed; and every few seconds the file is looked at, so that
 * the line comes back when somebody else takes it away. While the API server cannot be asked, the line stays as it is.
 *
 * At the end the line is withdrawn, as mirror-hostess does, unless `keepOnExit` says otherwise.
 */
export async function keepHostsEntry(
  { service, hostname, pauseMs, checkMs, keepOnExit }: HostsSettings,
  connection: Connection,
  hosts: HostsFile,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  let addresses: readonly string[] = [];
  // One after another: a repair must not bring back what an event has just changed.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (action: () => Promise<void>): Promise<void> => (turn = turn.then(action, action));
  const ensure = (found: Service | undefined): Promise<void> => {
    addresses = found?.addresses ?? [];
    return inTurn(() => hosts.ensure({ hostname, addresses }, signal));
  };
  const repair = async (): Promise<void> => {
    const entry = { hostname, addresses };
    if (addresses.length > 0 && !(await hosts.says(entry))) await hosts.ensure(entry, signal);
  };
  // Failures are told by the next event's turn, or by the log of `ensure`.
  const timer = setInterval(() => void inTurn(repair).catch(() => {}), checkMs);

  while (!signal.aborted) {
    try {
      for await (const event of watchService(connection, service, signal)) {
        const found = event.service;
        if (found && (found.name !== service.name || found.namespace !== service.namespace)) {
          log.debug(`Ignoring event for ${found.name} in ${found.namespace}`);
        } else if (['LISTED', 'ADDED', 'MODIFIED'].includes(event.type)) await ensure(found);
        else if (event.type === 'DELETED') await ensure(undefined);
        else log.warning(`Unexpected event type ${event.type}`);
      }
      log.debug(`The watch of Service ${service.namespace}/${service.name} ended`);
    } catch (error) {
      if (!signal.aborted) log.error(`Watching Service ${service.namespace}/${service.name} failed: ${String(error)}`);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
  clearInterval(timer);
  if (addresses.length > 0 && !keepOnExit) await hosts.tryOnce({ hostname, addresses: [] });
}
