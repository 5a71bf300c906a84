import { describe, expect, test } from 'vitest';
import { errorOfResponse, errorOfStatus } from '../../src/client/api-status.ts';
import { ApiError } from '../../src/index.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const status = (fields: object) => JSON.stringify({ kind: 'Status', ...fields });

describe('an answer of 400 and more', () => {
  test.each([
    {
      title: 'is told by its Status',
      error: errorOfResponse(404, status({ reason: 'NotFound', message: 'pods "a" not found' }), undefined, now),
      expected: { status: 404, reason: 'NotFound', message: 'pods "a" not found', retryAfterMs: undefined },
    },
    {
      title: "is told by its text, where it is a proxy's",
      error: errorOfResponse(502, '<h1>Bad gateway</h1>', undefined, now),
      expected: { status: 502, reason: 'Unknown', message: 'The API server answered 502: <h1>Bad gateway</h1>' },
    },
    {
      title: 'says when to come back, in a header',
      error: errorOfResponse(429, status({ reason: 'TooManyRequests' }), '2', now),
      expected: { status: 429, retryAfterMs: 2_000 },
    },
    {
      title: 'says when to come back, in its details',
      error: errorOfResponse(429, status({ details: { retryAfterSeconds: 3 } }), undefined, now),
      expected: { retryAfterMs: 3_000 },
    },
    {
      title: 'may name a date that is over',
      error: errorOfResponse(503, '', 'Wed, 21 Oct 2015 07:28:00 GMT', now),
      expected: { retryAfterMs: 0 },
    },
    {
      title: 'may name a date to come, by the time of here',
      error: errorOfResponse(503, '', 'Thu, 01 Jan 2026 00:00:07 GMT', now),
      expected: { retryAfterMs: 7_000 },
    },
    {
      title: 'keeps nobody away for longer than five minutes',
      error: errorOfResponse(503, '', '86400', now),
      expected: { retryAfterMs: 300_000 },
    },
    {
      title: 'gives the causes that its details name',
      error: errorOfResponse(
        422,
        status({ reason: 'Invalid', details: { causes: [{ reason: 'FieldValueDuplicate', field: 'a' }, {}] } }),
        undefined,
        now,
      ),
      expected: {
        reason: 'Invalid',
        causes: [
          { reason: 'FieldValueDuplicate', field: 'a' },
          { reason: '', field: '' },
        ],
      },
    },
  ])('$title', ({ error, expected }) => {
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject(expected);
  });
});

test('a Status in a watch becomes the same error', () => {
  const error = errorOfStatus({ kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
  expect(error).toMatchObject({ status: 410, reason: 'Expired', message: 'too old' });
});

test('anything else in its place is an error of the server', () => {
  expect(errorOfStatus('x')).toMatchObject({ status: 500, reason: 'Unknown' });
});
