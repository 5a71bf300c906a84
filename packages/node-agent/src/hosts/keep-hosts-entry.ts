import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../api/connection.ts';
import { watchService } from '../api/watch-service.ts';
import { Doorbell } from '../doorbell.ts';
import { NoFileError } from '../files/open-file.ts';
import type { Readiness } from '../health/readiness.ts';
import type { Logger } from '../log/logger.ts';
import type { HostsSettings } from '../settings/hosts-settings.ts';
import { apiServerNames, whoNeeds } from '../settings/needed-names.ts';
import { RefusedError } from '../policy/node-policy.ts';
import { repeatedly } from '../repeatedly.ts';
import { unfitAddress } from './address-check.ts';
import type { HostsFile } from './hosts-file.ts';
import type { HostsLock } from './hosts-lock.ts';
import { Overlap } from './overlap.ts';
import { ringAtChanges } from './ring-at-changes.ts';

/**
 * Keeps the name in the hosts file at the Service's addresses until the signal aborts. Two loops: one hears what the API
 * server says about the Service, the other compares that with the file, at every change of either. While the API server
 * cannot be asked, the line stays as it is; when somebody else takes the line away, it comes back within a second or so.
 *
 * At the end the line is withdrawn, as mirror-hostess does, unless `keepOnExit` says otherwise.
 *
 * @returns why it ended before the signal: there is no hosts file any more
 */
export async function keepHostsEntry(
  settings: HostsSettings,
  connection: Connection,
  { hosts, lock }: { readonly hosts: HostsFile; readonly lock: HostsLock },
  readiness: Readiness,
  log: Logger,
  stop: AbortSignal,
): Promise<string | undefined> {
  const { hostsFile, service, hostname, checkMs, keepOnExit } = settings;
  const bell = new Doorbell();
  const ending = new AbortController();
  const signal = AbortSignal.any([stop, ending.signal]);
  const overlap = new Overlap(lock, log);
  let told: Told | undefined;
  let inPlace: string | undefined;
  let trouble: string | undefined;
  const following = follow(settings, connection, log, signal, (now) => {
    told = now;
    bell.ring();
  });

  const compare = async (): Promise<'again' | 'finished'> => {
    if (told === undefined) return 'again';
    const refused = whyRefused(settings, told);
    if (refused !== undefined) throw new RefusedError(`${hostname} is left alone: ${refused}`);
    const { addresses, isOverlapping } = told;
    if (keepOnExit) await overlap.follow(isOverlapping, signal);
    try {
      const isChanged = await hosts.ensure({ hostname, addresses }, signal);
      if (isChanged && inPlace === addresses.join()) {
        log.info(`somebody else changed ${hostsFile}: ${hostname} is put right there`);
      }
      inPlace = addresses.join();
    } catch (error) {
      if (!(error instanceof NoFileError)) throw error;
      trouble = error.message;
      return 'finished';
    }
    if (addresses.length > 0) readiness.done(`${hostname} is ${addresses.join(' and ')} in ${hostsFile} now`);
    else
      readiness.waits(
        `${hostname} is not in ${hostsFile} now: Service ${service.namespace}/${service.name} has no address`,
      );
    return 'again';
  };
  ringAtChanges(hostsFile, bell, signal);
  await repeatedly(compare, checkMs, readiness, signal, bell);
  ending.abort();
  await following;
  await overlap.end();
  const isServed = told !== undefined && told.addresses.length > 0 && whyRefused(settings, told) === undefined;
  if (isServed && !keepOnExit && trouble === undefined) await withdrawAtEnd(settings, hosts, log);
  return trouble;
}

/** Tells what becomes of the line; when it cannot be withdrawn, the agent ends all the same. */
async function withdrawAtEnd(settings: HostsSettings, hosts: HostsFile, log: Logger): Promise<void> {
  const { hostname, hostsFile } = settings;
  try {
    const isGone = await hosts.withdraw(settings);
    log.info(
      isGone
        ? `${hostname} is taken out of ${hostsFile}, as the agent ends`
        : `${hostname} stays in ${hostsFile}, in what no agent wrote`,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.error(`${hostname} is not taken out of ${hostsFile}: ${why}`);
  }
}

/** What the API server said last. */
interface Told {
  readonly addresses: readonly string[];
  /** Whether agents that take their lines along may be on nodes still. */
  readonly isOverlapping: boolean;
  readonly serverNames: readonly string[];
}

/** Why the line would cut the node off, or lead nowhere. */
function whyRefused({ hostname, nodeAddress }: HostsSettings, { addresses, serverNames }: Told): string | undefined {
  const who = whoNeeds(hostname, apiServerNames(serverNames));
  if (who !== undefined) return `it is a name of ${who}, which the node needs itself`;
  const unfit = unfitAddress(addresses, nodeAddress);
  return unfit === undefined ? undefined : `${unfit} is not what a Service can have`;
}

const nothing: Omit<Told, 'serverNames'> = { addresses: [], isOverlapping: false };

/** Tells the Service's addresses, none when there is no such Service, and the API server's names, at the start of every watch and at every change. */
async function follow(
  { service, pauseMs }: Pick<HostsSettings, 'service' | 'pauseMs'>,
  connection: Connection,
  log: Logger,
  signal: AbortSignal,
  tell: (told: Told) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of watchService(connection, service, signal)) {
        const { service: found, serverNames } = event;
        if (found && (found.name !== service.name || found.namespace !== service.namespace)) {
          log.debug(`Ignoring event for ${found.name} in ${found.namespace}`);
        } else if (['LISTED', 'ADDED', 'MODIFIED'].includes(event.type)) {
          tell({ ...(found ?? nothing), serverNames });
        } else if (event.type === 'DELETED') tell({ ...nothing, serverNames });
        else log.warning(`Unexpected event type ${event.type}`);
      }
      log.debug(`The watch of Service ${service.namespace}/${service.name} ended`);
    } catch (error) {
      if (!signal.aborted) log.error(`Watching Service ${service.namespace}/${service.name} failed: ${String(error)}`);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
}
