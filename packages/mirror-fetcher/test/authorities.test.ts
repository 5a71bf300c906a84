import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeImage } from '@entrepot/testkit';
import { expect, test } from 'vitest';
import { errorCode, get } from './harness/get.ts';
import { eventually } from './harness/eventually.ts';
import { Mirror } from './harness/mirror.ts';

const image = makeImage();
const path = 'team/app/manifests/v1';

/** A mirror of an upstream with TLS; `spoil` is done to the CA file before the fetcher starts. */
async function startedWith(spoil: (file: string) => Promise<void>): Promise<{ mirror: Mirror; file: string }> {
  const mirror = await Mirror.prepare({ upstream: { tls: true }, cache: { tagTTLSeconds: 0 } });
  mirror.upstream.push('team/app', image, 'v1');
  const file = join(mirror.folder, 'ca.crt');
  await spoil(file);
  await mirror.startFetcher();
  return { mirror, file };
}

test.each([
  { title: 'missing', spoil: (file: string) => rm(file), reason: 'ENOENT' },
  { title: 'no certificate', spoil: (file: string) => writeFile(file, 'garbage'), reason: 'no certificate in it' },
  {
    title: 'a broken certificate',
    spoil: (file: string) => writeFile(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    reason: 'certificate 1 in it cannot be read',
  },
])('a CA file that is $title is said to clients and in the log, and read as soon as it is right', async (row) => {
  const { mirror, file } = await startedWith(row.spoil);
  expect((await get(mirror.socket, '/healthz')).status).toBe(200);
  for (let round = 0; round < 5; round += 1) {
    const answer = await mirror.get(path);
    expect([answer.status >= 502, errorCode(answer)]).toEqual([true, 'UNAVAILABLE']);
    expect(answer.body.toString()).toContain(file);
    expect(answer.body.toString()).toContain(row.reason);
  }
  expect(mirror.lines.filter((line) => 'caFile' in line)).toMatchObject([
    { caFile: file, message: 'the CA file cannot be used' },
  ]);
  await writeFile(file, mirror.upstream.caCertificate ?? '');
  await eventually(async () => (await mirror.get(path)).status === 200);
});

test('a CA file that changes is read again, and the last good one stays in use when it breaks', async () => {
  const other = await Mirror.prepare({ upstream: { tls: true } });
  const { mirror, file } = await startedWith((file) => writeFile(file, other.upstream.caCertificate ?? ''));
  expect((await mirror.get(path)).status).toBe(502);
  await writeFile(file, mirror.upstream.caCertificate ?? '');
  await eventually(async () => (await mirror.get(path)).status === 200);
  await rm(file);
  // Said to be down a moment ago, the upstream is left alone for a second.
  await eventually(async () => (await mirror.get(path)).headers['x-entrepot-cache'] === 'miss');
  expect(mirror.lines.filter((line) => 'caFile' in line)).toMatchObject([{ caFile: file }]);
});
