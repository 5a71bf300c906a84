import { once } from 'node:events';
import type { Readiness } from '../health/readiness.ts';
import type { HostsFile } from '../hosts/hosts-file.ts';
import type { Logger } from '../log/logger.ts';
import type { NodePolicy } from '../policy/node-policy.ts';
import { RefusedError } from '../policy/node-policy.ts';
import { repeatedly } from '../repeatedly.ts';
import type { WithdrawSettings } from '../settings/withdraw-settings.ts';
import { removeCertificates } from './remove-certificates.ts';

/**
 * Takes names out of the hosts file and certificates out of folders, once; is ready then, and idles until the signal aborts.
 *
 * A name that the administrator keeps from mirrors is left as it is: such a line is not ours.
 */
export async function withdraw(
  { hostnames, folders, checkMs }: WithdrawSettings,
  hosts: HostsFile,
  policy: () => Promise<NodePolicy>,
  readiness: Readiness,
  log: Pick<Logger, 'warning'>,
  signal: AbortSignal,
): Promise<void> {
  const takeAway = async (): Promise<'finished'> => {
    (await policy()).assertAllows();
    for (const hostname of hostnames) {
      try {
        await hosts.ensure({ hostname, addresses: [] }, signal);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        log.warning(error.message);
      }
    }
    for (const folder of folders) await removeCertificates(folder);
    readiness.done(`${[...hostnames, ...folders].join(', ') || 'nothing'} is withdrawn from this node`);
    return 'finished';
  };
  await repeatedly(takeAway, checkMs, readiness, signal);
  // The health server, where there is one, keeps the process alive; without one, this timer does.
  const alive = setInterval(() => {}, 3_600_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
}
