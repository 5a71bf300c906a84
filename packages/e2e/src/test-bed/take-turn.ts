import { withMachineLock, type Progress } from '@entrepot/control-plane';

/** Waits until no other run on a cluster is under way on this machine, or `signal` says that none is wanted. What it returns ends the turn. */
export async function takeTurn(onProgress: Progress, signal: AbortSignal): Promise<() => void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const noTurn = setTimeout(
    () => onProgress('waiting until another run of these tests on this machine has ended …'),
    1_000,
  );
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    const turn = async (): Promise<void> => {
      clearTimeout(noTurn);
      resolve();
      await ended;
    };
    withMachineLock('cluster tests', turn).catch(reject);
  });
  return end;
}
