import { withMachineLock, type Progress } from '@entrepot/control-plane';

/** Waits until no other run of these tests is under way on this machine. What it returns ends the turn. */
export async function takeTurn(onProgress: Progress): Promise<() => void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const noTurn = setTimeout(
    () => onProgress('waiting until another run of these tests on this machine has ended …'),
    1_000,
  );
  await new Promise<void>((resolve, reject) => {
    const turn = async (): Promise<void> => {
      clearTimeout(noTurn);
      resolve();
      await ended;
    };
    withMachineLock('cluster tests', turn).catch(reject);
  });
  return end;
}
