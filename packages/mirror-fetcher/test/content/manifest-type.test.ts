import { expect, test } from 'vitest';
import { manifestType } from '../../src/content/manifest-type.ts';

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';

test.each([
  { header: ociManifest, body: '{"schemaVersion":2}', type: ociManifest },
  { header: `${dockerManifest}; charset=utf-8`, body: '{"schemaVersion":2}', type: dockerManifest },
  { header: ociManifest, body: '{"layers":[]}', type: ociManifest },
  { header: 'application/json', body: `{"schemaVersion":2,"mediaType":"${ociIndex}"}`, type: ociIndex },
  { header: undefined, body: '{"schemaVersion":2,"manifests":[]}', type: ociIndex },
  { header: undefined, body: '{"schemaVersion":2,"config":{},"layers":[]}', type: ociManifest },
  { header: 'text/html', body: '<html></html>', type: undefined },
  { header: ociManifest, body: '<html></html>', type: undefined },
  { header: ociManifest, body: '{"error":"log in"}', type: undefined },
  { header: ociManifest, body: '[]', type: undefined },
  { header: ociManifest, body: 'null', type: undefined },
  { header: 'application/json', body: '{"schemaVersion":2}', type: undefined },
])('$body with Content-Type $header is $type', ({ header, body, type }) => {
  expect(manifestType(header, Buffer.from(body))).toBe(type);
});
