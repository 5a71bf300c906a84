import { describe, expect, test } from 'vitest';
import { isWritableFor, ownedBy, plannedBy } from '../../src/plan/ownership.ts';
import { registryMirror } from '../support/mirrors.ts';

const mirror = registryMirror('quay', {});
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'mirrors', name: 'registry-mirror-quay-tls' },
};

describe('an object of a name that a mirror wants', () => {
  test.each([
    { title: "the mirror's own may be written to", live: ownedBy(mirror, secret), isWritable: true },
    { title: "nobody's may not", live: secret, isWritable: false },
    { title: "another mirror's may not", live: ownedBy(registryMirror('other', {}), secret), isWritable: false },
  ])('$title', ({ live, isWritable }) => {
    expect(isWritableFor(mirror, live)).toBe(isWritable);
  });

  test('when it belongs to a mirror that had this name before, its end is waited for', () => {
    const former = ownedBy(registryMirror('quay', {}, { uid: 'another' }), secret);
    expect(() => isWritableFor(mirror, former)).toThrow(
      expect.objectContaining({
        name: 'WaitingError',
        reason: 'PredecessorLeaving',
        message:
          'Secret mirrors/registry-mirror-quay-tls belongs to a former RegistryMirror quay and is about to be deleted',
      }),
    );
  });
});

test('a mirror that is only rendered has no uid: a placeholder says what comes there', () => {
  const { uid: _unknown, ...metadata } = mirror.metadata;
  expect(ownedBy({ ...mirror, metadata }, secret).metadata.ownerReferences).toEqual([
    { apiVersion: 'k8s.osp.tech/v1', kind: 'RegistryMirror', name: 'quay', uid: 'uid of RegistryMirror quay' },
  ]);
});

test('the labels by which an object of a strategy is found again are not its to choose', () => {
  const labels = { app: 'mine', mirror: 'other', team: 'x', 'entrepot/strategy': 'another' };
  const planned = { ...secret, metadata: { ...secret.metadata, labels } };
  expect(ownedBy(mirror, plannedBy('map', 'quay', planned)).metadata.labels).toEqual({
    app: 'docker-registry',
    mirror: 'quay',
    team: 'x',
    'entrepot/strategy': 'map',
  });
});
