import { eventually } from '@entrepot/control-plane';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Informer, Metrics } from '../../src/index.ts';
import { ConfigMap } from '../support/cluster.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import {
  added,
  bookmark,
  deleted,
  expired,
  json,
  list,
  modified,
  ScriptedApi,
  stream,
  type Answer,
} from '../support/scripted-api.ts';

const staysOpen = stream();
const thenCut =
  (...events: readonly object[]): Answer =>
  (response, request) => {
    stream(...events)(response, request);
    setImmediate(() => response.destroy());
  };

async function informed(
  script: { readonly lists: readonly Answer[]; readonly watches: readonly Answer[] },
  isOptional = false,
) {
  const api = new ScriptedApi(script);
  const client = await api.client();
  const metrics = new Metrics();
  const { logger, lines } = recordingLogger();
  const informer = new Informer({ client, kind: ConfigMap, logger, metrics, isOptional });
  const seen: string[] = [];
  informer.onChange(({ type, object: { metadata } }) => {
    seen.push(`${type} ${metadata.name}/${metadata.uid}`);
  });
  const stop = new AbortController();
  const run = informer.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await run;
    await client.close();
    await api.close();
  });
  return { api, informer, seen, lines, metrics };
}

describe('an informer goes on after', () => {
  test('410 as the status of a watch: it lists again and tells the difference', async () => {
    const { api, seen } = await informed({
      lists: [list('5', 'a/u1/1', 'b/u2/2'), list('9', 'a/u9/8', 'b/u2/2')],
      watches: [json(expired, 410), staysOpen],
    });
    await eventually(() => {
      expect(api.requests).toEqual(['list', 'watch 5', 'list', 'watch 9']);
    });
    expect(seen).toEqual(['added a/u1', 'added b/u2', 'deleted a/u1', 'added a/u9']);
  });

  test('410 as an event in the stream', async () => {
    const { api, seen } = await informed({
      lists: [list('5', 'a/u1/1'), list('9')],
      watches: [stream(added('b/u2/6'), { type: 'ERROR', object: expired }), staysOpen],
    });
    await eventually(() => {
      expect(api.requests).toEqual(['list', 'watch 5', 'list', 'watch 9']);
    });
    expect(seen).toEqual(['added a/u1', 'added b/u2', 'deleted a/u1', 'deleted b/u2']);
  });

  test('a stream that was cut: it carries on where it was, by the last event or bookmark', async () => {
    const { api, seen } = await informed({
      lists: [list('5')],
      watches: [thenCut(added('a/u1/6')), thenCut(bookmark('70')), stream(deleted('a/u1/71'))],
    });
    await eventually(() => {
      expect(seen).toEqual(['added a/u1', 'deleted a/u1']);
    });
    expect(api.requests).toEqual(['list', 'watch 5', 'watch 6', 'watch 70']);
  });

  test('a line that was truncated', async () => {
    const truncated: Answer = (response) => {
      response.writeHead(200).end(`${JSON.stringify(added('a/u1/6'))}\n{"type":"ADD`);
    };
    const { api, seen } = await informed({ lists: [list('5')], watches: [truncated, stream(added('b/u2/7'))] });
    await eventually(() => {
      expect(seen).toEqual(['added a/u1', 'added b/u2']);
    });
    expect(api.requests).toEqual(['list', 'watch 5', 'watch 6']);
  });

  test('429: it comes back when the server said', async () => {
    const startedAt = performance.now();
    const { api, informer } = await informed({
      lists: [json({ kind: 'Status', reason: 'TooManyRequests' }, 429, { 'retry-after': '1' }), list('5')],
      watches: [json({ kind: 'Status', reason: 'TooManyRequests' }, 429, { 'retry-after': '1' }), staysOpen],
    });
    await informer.synced();
    await eventually(() => {
      expect(api.requests).toEqual(['list', 'list', 'watch 5', 'watch 5']);
    });
    expect(performance.now() - startedAt).toBeGreaterThan(1_900);
  });

  test('403, which nobody waits for where it is optional: it is complete without, and looks again', async () => {
    const script = { lists: [json({}, 403), list('5', 'a/u1/1')], watches: [staysOpen] };
    const { informer, seen, lines } = await informed(script, true);
    await informer.synced();
    expect(informer.store.list()).toEqual([]);
    expect(lines).toContain('warn: ConfigMap may not be read; going on without');
    await eventually(() => expect(seen).toEqual(['added a/u1']));
  });

  test('errors of the server', async () => {
    const { informer } = await informed({
      lists: [json({}, 500), json({}, 500), list('5', 'a/u1/1')],
      watches: [staysOpen],
    });
    await informer.synced();
    expect(informer.store.list()).toHaveLength(1);
  });

  test('a server that went back in time (restored from a backup): it lists again', async () => {
    const { api } = await informed({ lists: [list('50'), list('7')], watches: [stream(bookmark('6')), staysOpen] });
    await eventually(() => {
      expect(api.requests).toEqual(['list', 'watch 50', 'list', 'watch 7']);
    });
  });

  test('failures without end in one place of the stream: it lists again', async () => {
    const { api } = await informed({ lists: [list('5')], watches: [json({}, 500)] });
    await eventually(() => {
      expect(api.requests.slice(0, 7)).toEqual(['list', ...Array<string>(5).fill('watch 5'), 'list']);
    });
  });

  test('a listener that throws: the others are told all the same', async () => {
    const { informer, seen, lines, metrics } = await informed({
      lists: [list('5')],
      watches: [stream(added('a/u1/6'), modified('a/u1/7'))],
    });
    informer.onChange(({ type }) => {
      if (type === 'added') throw new Error('mine');
    });
    await eventually(() => {
      expect(seen).toEqual(['added a/u1', 'updated a/u1']);
    });
    expect(lines).toContain('error: A listener failed on ConfigMap default/a');
    expect(await metrics.text()).toContain('entrepot_handler_errors_total{kind="ConfigMap"} 1');
  });
});

test('a watch that falls silent is given up', async () => {
  const api = new ScriptedApi({ lists: [], watches: [staysOpen] });
  const client = await api.client({ watchInactivityMs: 1_000 });
  onTestFinished(async () => {
    await client.close();
    await api.close();
  });
  const options = { resourceVersion: '1', timeoutSeconds: 300 };
  const events = await client.watch(ConfigMap, options, new AbortController().signal);
  const next = events[Symbol.asyncIterator]().next();
  await expect(next).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
});
