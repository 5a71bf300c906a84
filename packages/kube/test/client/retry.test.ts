import { describe, expect, test } from 'vitest';
import { withRetries } from '../../src/client/retry.ts';
import { ApiError } from '../../src/index.ts';

const busy = new ApiError(429, 'TooManyRequests', 'busy', 0);
const broken = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });

describe('a request is sent again', () => {
  test.each([
    { title: 'when the server says when', method: 'POST', error: busy, sent: 2 },
    { title: 'when a read lost its connection', method: 'GET', error: broken, sent: 2 },
    { title: 'never when a write lost its connection: it may have been done', method: 'PATCH', error: broken, sent: 1 },
    { title: 'never when the server does not say when', method: 'GET', error: new ApiError(503, '', ''), sent: 1 },
    { title: 'never when it was refused', method: 'GET', error: new ApiError(403, 'Forbidden', '', 0), sent: 1 },
  ])('$title', async ({ method, error, sent }) => {
    let calls = 0;
    const send = async () => {
      calls += 1;
      if (calls === 1) throw error;
      return 'answer';
    };
    const outcome = await withRetries(method, noWaiting, undefined, send).catch((failure: unknown) => failure);
    expect(outcome).toBe(sent === 1 ? error : 'answer');
    expect(calls).toBe(sent);
  });

  test('not forever', async () => {
    const always = withRetries('GET', noWaiting, undefined, async () => {
      throw busy;
    });
    await expect(always).rejects.toBe(busy);
  });
});

const noWaiting = { now: () => 0, elapsedMs: () => 0, sleep: async () => {} };
