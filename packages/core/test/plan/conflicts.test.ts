import { describe, expect, test } from 'vitest';
import { type KubernetesObject, stateOf } from '../../src/index.ts';
import { surveyMirrors } from '../../src/plan/survey.ts';
import { mirrorStatus } from '../../src/reconcile/status.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { registryMirror } from '../support/mirrors.ts';
import { hosts, map, template } from '../support/plugins.ts';
import { testSettings } from '../support/settings.ts';

const catalog = createCatalog({ strategies: [hosts, map], templates: [template], defaultAddressing: 'hosts' });
const old = { creationTimestamp: '2026-01-01T00:00:00Z' };
const young = { creationTimestamp: '2026-01-02T00:00:00Z' };
const magic = [{ type: 'magic' }];

/** Each mirror, and who has its name if not itself. */
function survey(...mirrors: readonly KubernetesObject[]): Record<string, string> {
  const { mirrors: surveyed } = surveyMirrors(stateOf(mirrors), testSettings(), catalog);
  return Object.fromEntries(
    [...surveyed].map(([name, mirror]) => [
      name,
      !('winner' in mirror) || mirror.winner === undefined
        ? mirror.kind
        : `${mirror.kind}, ${mirror.winner} has its name`,
    ]),
  );
}

function mirror(
  name: string,
  masqueradeUrl: string,
  { metadata = {}, ...rest }: Record<string, object> = {},
): KubernetesObject {
  const { status, ...spec } = rest;
  const object = registryMirror(name, { upstreamUrl: 'quay.io', masqueradeUrl, ...spec }, metadata);
  return status === undefined ? object : { ...object, status };
}

test('a port does not make another name: a hosts file has none', () =>
  expect(
    survey(mirror('a', 'm.example.org', { metadata: old }), mirror('b', 'm.example.org:443', { metadata: young })),
  ).toEqual({
    a: 'valid',
    b: 'conflict, a has its name',
  }));

describe('a mirror that cannot be planned any more', () => {
  const status = { masqueradeUrl: 'm.example.org:443', conditions: [] };

  test('keeps the name that nodes know it by', () =>
    expect(
      survey(
        mirror('a', 'm.example.org', { metadata: old, addressing: magic, status }),
        mirror('b', 'm.example.org', { metadata: young }),
      ),
    ).toEqual({ a: 'invalid', b: 'conflict, a has its name' }));

  test('loses it to an older one', () =>
    expect(
      survey(
        mirror('a', 'm.example.org', { metadata: young, addressing: magic, status }),
        mirror('b', 'm.example.org', { metadata: old }),
      ),
    ).toEqual({ a: 'invalid, b has its name', b: 'valid' }));

  test('has no claim to a name that it never had', () =>
    expect(
      survey(
        mirror('a', 'm.example.org', { metadata: old, addressing: magic }),
        mirror('b', 'm.example.org', { metadata: young }),
      ),
    ).toEqual({ a: 'invalid', b: 'valid' }));
});

test('a mirror that lost its name does not claim the one that its nodes knew it by before', () => {
  const [winner, loser] = [mirror('a', 'm', { metadata: old }), mirror('b', 'm', { metadata: young })];
  const surveyed = surveyMirrors(stateOf([winner, loser]), testSettings(), catalog).mirrors.get('b');
  if (surveyed === undefined) throw new Error('the mirror of this test is missing');
  const before = { conditions: [], masqueradeUrl: 'former', address: '10.0.0.7' };
  const status = mirrorStatus(surveyed, {}, before, 0);
  expect(status).toMatchObject({ address: '10.0.0.7', conditions: [{ type: 'Ready', reason: 'Conflict' }] });
  expect(status).not.toHaveProperty('masqueradeUrl');
});
