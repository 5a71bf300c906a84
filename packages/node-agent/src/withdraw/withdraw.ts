import { once } from 'node:events';
import type { Readiness } from '../health/readiness.ts';
import type { HostsFile } from '../hosts/hosts-file.ts';
import type { NodePolicy } from '../policy/node-policy.ts';
import { repeatedly } from '../repeatedly.ts';
import type { WithdrawSettings } from '../settings/withdraw-settings.ts';
import { removeCertificates } from './remove-certificates.ts';

/**
 * Takes names out of the hosts file and certificates out of folders, once; is ready then, and idles until the signal aborts.
 *
 * Only what agents wrote goes. Whatever else is found is left, and that is said; it does not keep the rest from being taken
 * away.
 *
 * @param whyNot looks up why names cannot be mirrors', so that nothing is done about them
 */
export async function withdraw(
  { hostsFile, hostnames, nodeAddress, folders, checkMs }: WithdrawSettings,
  hosts: HostsFile,
  whyNot: () => Promise<(hostname: string) => string | undefined>,
  policy: () => Promise<NodePolicy>,
  readiness: Readiness,
  signal: AbortSignal,
): Promise<void> {
  const takeAway = async (): Promise<'finished'> => {
    (await policy()).assertAllows();
    const [gone, left]: [string[], string[]] = [[], []];
    const reasons = hostnames.length > 0 ? await whyNot() : () => undefined;
    for (const hostname of hostnames) {
      const reason = reasons(hostname);
      if (reason !== undefined) left.push(`${hostname} is left alone: ${reason}`);
      else if (await hosts.withdraw({ hostname, nodeAddress }, signal)) gone.push(hostname);
      else left.push(`${hostname} stays in ${hostsFile}, in what no agent wrote`);
    }
    for (const folder of folders) {
      const others = await removeCertificates(folder);
      gone.push(folder);
      if (others.length > 0) left.push(`${others.join(' and ')} in ${folder} stay: no agent wrote that`);
    }
    readiness.done(`${gone.join(', ') || 'nothing'} is withdrawn from this node`, left);
    return 'finished';
  };
  await repeatedly(takeAway, checkMs, readiness, signal);
  // The health server, where there is one, keeps the process alive; without one, this timer does.
  const alive = setInterval(() => {}, 3_600_000);
  if (!signal.aborted) await once(signal, 'abort');
  clearInterval(alive);
}
