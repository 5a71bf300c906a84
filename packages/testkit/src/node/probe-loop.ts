import type { Clock } from '@entrepot/kube';
import type { Probe } from './pod.ts';

// Until the first success, tests wait for it: asking often costs nothing on one machine.
const eagerPeriodMs = 250;

/**
 * Asks for as long as the signal allows, and tells of every change of the verdict: good after one success, bad after
 * `failureThreshold` failures in a row. Before its first success it asks more often than `periodSeconds` says.
 */
export async function probeLoop(
  probe: Probe,
  ask: () => Promise<void>,
  onVerdict: (isGood: boolean, reason: string) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const periodMs = (probe.periodSeconds ?? 10) * 1_000;
  let verdict: boolean | undefined;
  let failures = 0;
  try {
    await clock.sleep((probe.initialDelaySeconds ?? 0) * 1_000, signal);
    while (!signal.aborted) {
      const reason = await ask().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      failures = reason === undefined ? 0 : failures + 1;
      const next = reason === undefined ? true : failures >= (probe.failureThreshold ?? 3) ? false : verdict;
      if (next !== verdict && next !== undefined && !signal.aborted) onVerdict(next, reason ?? '');
      verdict = next;
      await clock.sleep(verdict === true ? periodMs : Math.min(periodMs, eagerPeriodMs), signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
