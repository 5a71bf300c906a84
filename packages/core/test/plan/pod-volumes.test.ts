import { expect, test } from 'vitest';
import { z } from 'zod';
import { planned } from '../support/planned.ts';

const volumeShape = z.looseObject({ name: z.string() });
const serverShape = z.object({
  spec: z.object({ template: z.object({ spec: z.object({ volumes: z.array(volumeShape) }) }) }),
});
const spec = { upstreamUrl: 'quay.io', credentialsSecret: 'login' };

/** The StatefulSet's volumes by name. */
function volumes(changes: object = {}): ReadonlyMap<string, unknown> {
  const server = planned('StatefulSet', 'registry-mirror-quay', spec, changes);
  const { volumes } = serverShape.parse(server).spec.template.spec;
  return new Map(volumes.map((volume) => [volume.name, volume]));
}

test('of the Secret with the credentials, nothing but user name and password is shown', () =>
  expect(volumes().get('upstream-credentials')).toEqual({
    name: 'upstream-credentials',
    secret: {
      secretName: 'login',
      optional: true,
      defaultMode: 0o440,
      items: [
        { key: 'username', path: 'username' },
        { key: 'password', path: 'password' },
      ],
    },
  }));

test.each([
  ['cas', 'cas'],
  ['our.cas', 'our-cas'],
])('the volume of the CA bundle is called like its ConfigMap %s: %s', (caBundle, name) =>
  expect(volumes({ caBundle }).get(name)).toEqual({ name, configMap: { name: caBundle } }),
);

test.each([
  'tls',
  'public-certificate',
  'sockets',
  'scratch',
  'nginx-config',
  'image-store',
  'upstream.credentials',
  'a'.repeat(64),
])('but not where that name is taken or too long: %s', (caBundle) => {
  const found = volumes({ caBundle });
  expect(found.get('upstream-certs')).toEqual({ name: 'upstream-certs', configMap: { name: caBundle } });
  expect(found.size).toBe(8);
});
