import { ApiError, type Clock } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { waitUntil } from '../../src/uninstall/wait-until.ts';

/** Time passes when somebody sleeps. */
function simulatedClock(): Clock {
  let elapsed = 0;
  const sleep = async (ms: number): Promise<void> => {
    elapsed += ms;
    return Promise.resolve();
  };
  return { now: () => elapsed, elapsedMs: () => elapsed, sleep };
}

const refused = Object.assign(new Error('connect ECONNREFUSED 10.96.0.1:443'), { code: 'ECONNREFUSED' });

/** Waits for as long as the answers tell; the last one is given again and again. */
async function waitFor(answers: readonly (string | Error | undefined)[]): Promise<readonly unknown[]> {
  const told: string[] = [];
  const left = [...answers];
  const missing = async (): Promise<string | undefined> => {
    const answer = left.length > 1 ? left.shift() : left[0];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const waiting = { endMs: 10_000, onProgress: (state: string) => told.push(state), clock: simulatedClock() };
  return [await waitUntil(missing, waiting, new AbortController().signal), told];
}

describe('waiting', () => {
  test('ends when nothing is missing, and tells each change once', async () => {
    expect(await waitFor(['two', 'two', 'one', undefined])).toEqual([undefined, ['two', 'one']]);
  });

  test('ends with what is missing when the time is over', async () => {
    expect(await waitFor(['one'])).toEqual(['one', ['one']]);
  });

  test.each([
    refused,
    new ApiError(503, 'ServiceUnavailable', 'the server is starting'),
    new ApiError(429, 'TooManyRequests', 'later'),
    new ApiError(500, 'InternalError', 'etcd has no leader'),
    new ApiError(409, 'Conflict', 'it was changed meanwhile'),
  ])('goes on after %s', async (error) => {
    const state = `the API server is asked again: ${error.message}`;
    expect(await waitFor([error, error, undefined])).toEqual([undefined, [state]]);
    expect(await waitFor([error])).toEqual([state, [state]]);
  });

  test.each([new ApiError(403, 'Forbidden', 'pods is forbidden'), new TypeError('a mistake')])(
    'ends at once with %s, which does not pass',
    async (error) => {
      await expect(waitFor([error, undefined])).rejects.toBe(error);
    },
  );
});
