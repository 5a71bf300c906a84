import { poll } from './poll.ts';

/** Resolves when the assertions inside hold; after a minute it fails with the last one's message. */
export async function eventually(assertions: () => Promise<void> | void, deadlineMs = 60_000): Promise<void> {
  const holds = async () => {
    await assertions();
    return true;
  };
  await poll('the expectation', holds, { deadlineMs, everyMs: 20 });
}
