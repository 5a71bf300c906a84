import { expect, test } from 'vitest';
import { z } from 'zod';
import { registryMirror, serviceOf } from '../support/mirrors.ts';
import { plan } from '../support/planned.ts';

const secretShape = z.object({ data: z.object({ 'default.conf': z.base64() }) });

test.each([
  { addresses: [], families: '' },
  { addresses: ['10.0.0.7'], families: 'IPv4' },
  { addresses: ['fd00:10:96::7'], families: 'IPv6' },
  { addresses: ['10.0.0.7', 'fd00:10:96::7'], families: 'IPv4 and IPv6' },
])('the template is told of what the addresses of the Service are: $addresses', ({ addresses, families }) => {
  const mirror = registryMirror('quay', { upstreamUrl: 'quay.io' });
  const { objects } = plan([mirror, serviceOf('quay', ...addresses)]);
  const { data } = secretShape.parse(objects.find(({ metadata }) => metadata.name === 'registry-mirror-quay-secret'));
  const text = Buffer.from(data['default.conf'], 'base64').toString();
  expect(text).toBe(`# mirror-quay.io for quay.io, at ${families}\n`);
});
