import { describe, expect, test } from 'vitest';
import { pinDigests } from '../../src/product-images/pin-digests.ts';

const [ours, others] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
const values = `# Image of the operator.
image:
  # Where the image is.
  repository: ghcr.io/entrepot/operator
  tag: ""
  # Its digest.
  digest: ""

images:
  # Of others.
  nginx:
    repository: docker.io/nginx
    tag: 1.30.6-alpine
    digest: sha256:old
labels: {}
storage: { repository: not an image }
`;

describe('the digests of a release', () => {
  test('are written into the values of the chart, and nothing else changes', () => {
    const images = [`ghcr.io/entrepot/operator@${ours}`, `docker.io/nginx@${others}`];
    expect(pinDigests(values, images)).toBe(
      values.replace('digest: ""', `digest: "${ours}"`).replace('digest: sha256:old', `digest: ${others}`),
    );
  });

  test.each([
    {
      title: 'must be there for every image of the chart',
      images: [`ghcr.io/entrepot/operator@${ours}`],
      expected: 'no digest is given for docker.io/nginx',
    },
    {
      title: 'must be of images of the chart',
      images: [`ghcr.io/entrepot/operator@${ours}`, `docker.io/nginx@${others}`, `a.io/b@${ours}`],
      expected: 'the values have no image a.io/b',
    },
    {
      title: 'must be digests',
      images: ['ghcr.io/entrepot/operator:1.0.0'],
      expected: 'ghcr.io/entrepot/operator:1.0.0 must be an image with its digest',
    },
  ])('$title', ({ images, expected }) => expect(() => pinDigests(values, images)).toThrow(expected));
});
