import { withMachineLock } from '@entrepot/control-plane';

/** Waits until no other run of these tests is under way on this machine. What it returns ends the turn. */
export async function takeTurn(): Promise<() => void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  await new Promise<void>((resolve, reject) => {
    const turn = async (): Promise<void> => {
      resolve();
      await ended;
    };
    withMachineLock('cluster tests', turn).catch(reject);
  });
  return end;
}
