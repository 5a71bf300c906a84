import { type Clock, systemClock } from '@entrepot/kube';

/** Ten times as fast as the machine's where durations are measured and waited for. */
export const fastClock: Clock = {
  ...systemClock,
  elapsedMs: () => systemClock.elapsedMs() * 10,
  sleep: async (ms, signal) => systemClock.sleep(ms / 10, signal),
};
