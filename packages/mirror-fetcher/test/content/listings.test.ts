import { expect, test } from 'vitest';
import { relativeLink } from '../../src/content/listings.ts';

test.each([
  {
    link: '<https://quay.io/v2/a/tags/list?n=2&last=b>; rel="next"',
    relative: '</v2/a/tags/list?n=2&last=b>; rel="next"',
  },
  { link: '<http://10.0.0.1:5000/v2/a/tags/list>; rel="next"', relative: '</v2/a/tags/list>; rel="next"' },
  { link: '<//quay.io/v2/a/tags/list>; rel="next"', relative: '</v2/a/tags/list>; rel="next"' },
  { link: '</v2/a/tags/list?last=b>; rel="next"', relative: '</v2/a/tags/list?last=b>; rel="next"' },
])('$link', ({ link, relative }) => {
  expect(relativeLink(link)).toBe(relative);
});
