/** Does something for every item, so many at a time. Fails with the first failure. */
export async function concurrently<T>(
  items: readonly T[],
  atATime: number,
  action: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await action(item);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
