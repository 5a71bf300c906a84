import { makeImage } from '@entrepot/testkit';
import { expect, test } from 'vitest';
import { mirrorOf } from './mirror/mirror-of.ts';

const mebibyte = 2 ** 20;

test('a cold pull in slices comes to its end although its pod is told to stop', async () => {
  await using running = await mirrorOf({ upstream: { bytesPerSecond: 10 * mebibyte } });
  const { upstream, mirror } = running;
  const image = makeImage({ layerSizes: [14 * mebibyte] });
  upstream.push('team/app', image);
  const [layer = image.config] = image.layers;
  const reader = mirror.client.open(`/v2/team/app/blobs/${layer.digest}`);
  await reader.received(100_000);
  // As the kubelet does it with the official image of nginx, whose stop signal is SIGQUIT.
  const ended = Promise.all([mirror.nginx.stop('SIGQUIT'), mirror.stopFetcher('SIGTERM')]);
  expect((await reader.body).equals(layer.bytes)).toBe(true);
  await ended;
});

test('a pod that is told to stop does not wait for what clients have connected and never used, as containerd does', async () => {
  await using running = await mirrorOf();
  using _unused = await running.mirror.client.connection();
  const began = performance.now();
  await running.mirror.nginx.stop('SIGQUIT');
  // nginx itself would wait for a minute.
  expect(performance.now() - began).toBeLessThan(30_000);
}, 90_000);
