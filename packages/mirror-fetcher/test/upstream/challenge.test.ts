import { expect, test } from 'vitest';
import { parseChallenge } from '../../src/upstream/challenge.ts';

const token = 'https://auth.example/token';

test.each([
  {
    title: 'all parameters',
    header: `Bearer realm="${token}",service="registry.example",scope="repository:a/b:pull"`,
    challenge: { scheme: 'bearer', realm: token, service: 'registry.example', scope: 'repository:a/b:pull' },
  },
  {
    title: 'commas and escaped quotes inside of values',
    header: `Bearer scope="repository:a:pull,push", realm="${token}", service="a \\"b\\""`,
    challenge: { scheme: 'bearer', realm: token, service: 'a "b"', scope: 'repository:a:pull,push' },
  },
  {
    title: 'values without quotes, names and scheme in other cases',
    header: `bearer Realm=${token}, SERVICE=x`,
    challenge: { scheme: 'bearer', realm: token, service: 'x', scope: undefined },
  },
  { title: 'Basic', header: 'Basic realm="registry"', challenge: { scheme: 'basic' } },
  {
    title: 'Basic and Bearer: Bearer',
    header: `Basic realm="registry", Bearer realm="${token}"`,
    challenge: { scheme: 'bearer', realm: token, service: undefined, scope: undefined },
  },
  { title: 'Bearer without a realm', header: 'Bearer service="x"', challenge: undefined },
  { title: 'other schemes', header: 'Negotiate', challenge: undefined },
  { title: 'nothing', header: '', challenge: undefined },
])('$title', ({ header, challenge }) => {
  expect(parseChallenge(header)).toEqual(challenge);
});
