import { describe, expect, test } from 'vitest';
import { mirrorSpecSchema } from '../../src/api/registry-mirror-spec.ts';
import { unknownFieldsWarning } from '../../src/api/unknown-fields.ts';

const known = Object.keys(mirrorSpecSchema.shape);
const ignored = 'the operator ignores what it does not know: ';

describe('fields of a spec', () => {
  test.each([
    { title: 'all known', given: known, says: undefined },
    { title: 'none', given: [], says: undefined },
    { title: 'in another case', given: ['upstreamURL'], says: 'spec.upstreamURL (is upstreamUrl meant?)' },
    { title: 'in snake_case', given: ['masquerade_url'], says: 'spec.masquerade_url (is masqueradeUrl meant?)' },
    { title: 'a letter missing', given: ['adressing'], says: 'spec.adressing (is addressing meant?)' },
    { title: 'a letter too many', given: ['replicass'], says: 'spec.replicass (is replicas meant?)' },
    {
      title: 'letters changed',
      given: ['credentielsSecrit'],
      says: 'spec.credentielsSecrit (is credentialsSecret meant?)',
    },
    { title: 'in the singular', given: ['replica'], says: 'spec.replica (is replicas meant?)' },
    { title: 'nothing like a known one', given: ['owner', 'x'], says: 'spec.owner, spec.x' },
  ])('$title', ({ given, says }) => {
    expect(unknownFieldsWarning(given, known)).toBe(says && `${ignored}${says}`);
  });
});
