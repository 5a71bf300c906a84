import { assert, asyncProperty, integer } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { watchEvents } from '../../src/client/watch-stream.ts';
import type { KubernetesObject } from '../../src/index.ts';

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function eventsOf(text: string, size = 7) {
  const events = [];
  for await (const event of watchEvents<KubernetesObject>(chunked(new TextEncoder().encode(text), size)))
    events.push(event);
  return events;
}

const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ä', resourceVersion: '5' } };
const line = (type: string, of: object = object) => `${JSON.stringify({ type, object: of })}\n`;

describe('the stream of a watch', () => {
  test('becomes events', async () => {
    expect(await eventsOf(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'].map((type) => line(type)).join('\n'))).toEqual([
      { type: 'added', object },
      { type: 'modified', object },
      { type: 'deleted', object },
      { type: 'bookmark', resourceVersion: '5' },
    ]);
  });

  test('is the same however it was cut on the way', async () => {
    const text = line('ADDED') + line('DELETED');
    const whole = await eventsOf(text, text.length);
    await assert(
      asyncProperty(integer({ min: 1, max: 200 }), async (size) => {
        expect(await eventsOf(text, size)).toEqual(whole);
      }),
    );
  });

  test('an event that was cut off at the end is not seen', async () => {
    expect(await eventsOf(line('ADDED') + line('DELETED').slice(0, -2))).toEqual([{ type: 'added', object }]);
  });

  test('an error ends it', async () => {
    const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
    await expect(eventsOf(line('ERROR', expired))).rejects.toMatchObject({ status: 410 });
  });

  test('a line that is no JSON ends it', async () => {
    await expect(eventsOf('{"type":"ADD\n')).rejects.toThrow(SyntaxError);
  });
});
