import { eventually } from '@entrepot/control-plane';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ApiError, Controller, done, Metrics, TerminalError, WaitingError, type Result } from '../../src/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { recordingLogger } from '../support/recording-logger.ts';

function running(reconcile: (key: string, attempt: number) => Promise<Result>, concurrency = 1) {
  const clock = new ManualClock();
  const metrics = new Metrics();
  const { logger, lines } = recordingLogger();
  const calls: string[] = [];
  const controller = new Controller({
    name: 'test',
    concurrency,
    clock,
    logger,
    metrics,
    reconcile: async (key) => {
      calls.push(key);
      return reconcile(key, calls.length);
    },
  });
  const stop = new AbortController();
  const kill = new AbortController();
  const run = controller.run(stop.signal, kill.signal);
  onTestFinished(async () => {
    stop.abort();
    kill.abort();
    await run;
  });
  return { controller, clock, calls, lines, stop, kill, run, metrics };
}

const settle = async () => new Promise((resolve) => setImmediate(resolve));

describe('a reconcile', () => {
  test('that is done is not called again', async () => {
    const { controller, clock, calls, metrics } = running(async () => done);
    controller.enqueue('a');
    await settle();
    await clock.advance(3_600_000);
    expect(calls).toEqual(['a']);
    expect(await metrics.text()).toContain('entrepot_reconciles_total{controller="test",result="done"} 1');
  });

  test('may ask for another look after a while', async () => {
    const { controller, clock, calls } = running(async () => ({ requeueAfterMs: 5_000 }));
    controller.enqueue('a');
    await settle();
    await clock.advance(4_999);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
  });

  test('that fails is tried again with a growing wait', async () => {
    const { controller, clock, calls, lines } = running(async (_, attempt) => {
      if (attempt < 3) throw new Error('not yet');
      return done;
    });
    controller.enqueue('a');
    await settle();
    for (let step = 0; step < 100; step++) await clock.advance(100);
    expect(calls).toHaveLength(3);
    expect(lines).toEqual(Array(2).fill('error: reconcile failed; it will be tried again'));
  });

  test('comes back when the server said', async () => {
    const { controller, clock, calls } = running(async (_, attempt) => {
      if (attempt === 1) throw new ApiError(429, 'TooManyRequests', 'busy', 60_000);
      return done;
    });
    controller.enqueue('a');
    await settle();
    await clock.advance(59_999);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
  });

  test('that waits is no failure', async () => {
    const { controller, clock, calls, lines } = running(async (_, attempt) => {
      if (attempt === 1) throw new WaitingError('NoAddress', 'the Service has no clusterIP', 1_000);
      return done;
    });
    controller.enqueue('a');
    await settle();
    await clock.advance(1_000);
    expect(calls).toHaveLength(2);
    expect(lines).toEqual(['debug: the Service has no clusterIP']);
  });

  test('that ends in a terminal error waits for the next event', async () => {
    const { controller, clock, calls, lines } = running(async () => {
      throw new TerminalError('BadSpec', 'spec.upstreamUrl is empty');
    });
    controller.enqueue('a');
    await settle();
    await clock.advance(3_600_000);
    expect(calls).toHaveLength(1);
    expect(lines).toEqual(['warn: spec.upstreamUrl is empty']);
    controller.enqueue('a');
    await settle();
    expect(calls).toHaveLength(2);
  });
});

describe('several workers', () => {
  test('work on different keys at a time, on one key never', async () => {
    const gate = Promise.withResolvers<void>();
    const { controller, calls } = running(async () => {
      await gate.promise;
      return done;
    }, 2);
    for (const key of ['a', 'b', 'c']) controller.enqueue(key);
    await settle();
    controller.enqueue('a');
    await settle();
    expect(calls).toEqual(['a', 'b']);
    gate.resolve();
    await eventually(() => {
      expect(calls).toEqual(['a', 'b', 'c', 'a']);
    });
  });
});

describe('at the end', () => {
  test('the reconcile under way is finished, no other is begun, and what waits is there for the next run', async () => {
    const gate = Promise.withResolvers<void>();
    const { controller, calls, stop, run } = running(async () => {
      await gate.promise;
      return done;
    });
    controller.enqueue('a');
    controller.enqueue('b');
    await settle();
    stop.abort();
    gate.resolve();
    await run;
    expect(calls).toEqual(['a']);
    const again = new AbortController();
    const secondRun = controller.run(again.signal);
    await settle();
    again.abort();
    await secondRun;
    expect(calls).toEqual(['a', 'b']);
  });

  test('a reconcile that was killed is not lost', async () => {
    const stop = new AbortController();
    const kill = new AbortController();
    const calls: string[] = [];
    const controller = new Controller({
      name: 'test',
      async reconcile(key, signal) {
        calls.push(key);
        if (calls.length > 1) return done;
        const { promise, reject } = Promise.withResolvers<Result>();
        signal.addEventListener('abort', () => reject(signal.reason));
        return promise;
      },
    });
    controller.enqueue('a');
    const run = controller.run(stop.signal, kill.signal);
    await settle();
    stop.abort();
    kill.abort();
    await run;
    const again = new AbortController();
    const secondRun = controller.run(again.signal);
    await eventually(() => {
      expect(calls).toEqual(['a', 'a']);
    });
    again.abort();
    await secondRun;
  });
});
