import { makeImage, ThrowawayAuthority } from '@entrepot/testkit';
import { describe, expect, test } from 'vitest';
import type { Mirror } from './mirror/mirror.ts';
import { mirrorOf } from './mirror/mirror-of.ts';
import { pull } from './mirror/pull.ts';
import { SteadyClients } from './mirror/steady-clients.ts';
import { until } from './mirror/until.ts';

const mebibyte = 2 ** 20;
const changes = 100;

async function untilServed(mirror: Mirror, name: string): Promise<void> {
  await until(`${name} is served`, async () => (await mirror.client.certificateNames()).endsWith(`DNS:${name}`));
}

function reloadsOf(mirror: Mirror): number {
  return mirror.fetcherLog.split('reloaded it').length - 1;
}

describe("when the mirror's Secret changes", () => {
  test('no handshake and no pull fails while certificate and key become others a hundred times', async () => {
    await using running = await mirrorOf();
    const { upstream, mirror } = running;
    upstream.push('team/app', makeImage({ layerSizes: [3000, 100_000] }), 'v1');
    const even = await mirror.issueCertificate(['127.0.0.1', 'even.example']);
    const odd = await mirror.issueCertificate(['127.0.0.1', 'odd.example']);
    await using clients = new SteadyClients([
      () => mirror.client.get('/v2/'),
      () => mirror.client.get('/v2/'),
      () => pull(mirror.client, 'team/app', 'v1'),
    ]);
    for (let change = 1; change <= changes; change += 1) {
      await mirror.folder.writeCertificate(change % 2 === 0 ? even : odd);
      await clients.succeed(5);
    }
    await mirror.folder.writeCertificate(odd);
    await untilServed(mirror, 'odd.example');
    await clients.succeed(20);

    expect(clients.failures).toEqual([]);
    // nginx is looked at every two seconds: not every change costs a reload.
    expect(reloadsOf(mirror)).toBeGreaterThan(0);
    expect(reloadsOf(mirror)).toBeLessThan(changes / 2);
  });

  test('pulls under way, of what is stored and of what is not, come to their ends over several reloads', async () => {
    await using running = await mirrorOf({ upstream: { bytesPerSecond: 4 * mebibyte } });
    const { upstream, mirror } = running;
    const stored = makeImage({ layerSizes: [12 * mebibyte] });
    const cold = makeImage({ layerSizes: [24 * mebibyte] });
    upstream.push('team/app', stored, 'v1');
    upstream.push('team/app', cold, 'v2');
    const [ofStored = stored.config] = stored.layers;
    const [ofCold = cold.config] = cold.layers;
    await pull(mirror.client, 'team/app', 'v1');
    const paused = mirror.client.open(`/v2/team/app/blobs/${ofStored.digest}`);
    await paused.received(100_000);
    paused.pause();
    const filling = mirror.client.open(`/v2/team/app/blobs/${ofCold.digest}`);
    await filling.received(100_000);

    for (const name of ['second.example', 'third.example']) {
      await mirror.folder.writeCertificate(await mirror.issueCertificate(['127.0.0.1', name]));
      await untilServed(mirror, name);
    }
    paused.resume();

    expect((await paused.body).equals(ofStored.bytes)).toBe(true);
    expect((await filling.body).equals(ofCold.bytes)).toBe(true);
  });

  test('halves that do not fit are not served; the former pair is, until there is a whole one', async () => {
    await using running = await mirrorOf();
    const { mirror } = running;
    const whole = await mirror.issueCertificate(['127.0.0.1', 'whole.example']);
    const { key } = await (await ThrowawayAuthority.create()).issue(['127.0.0.1']);
    await mirror.folder.writeCertificate({ cert: whole.cert, key });
    await until('a reload that fails', () => mirror.nginx.stderr.includes('key values mismatch'));
    expect(await mirror.client.certificateNames()).toBe('IP Address:127.0.0.1, DNS:mirror-quay.io');

    await mirror.folder.writeCertificate(whole);
    await untilServed(mirror, 'whole.example');
  });
});
