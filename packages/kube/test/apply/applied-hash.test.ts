import { describe, expect, test } from 'vitest';
import { appliedHash, withAppliedHash } from '../../src/apply/applied-hash.ts';
import { configMap } from '../support/cluster.ts';

describe('the hash of what was applied', () => {
  test('is the same for any order of fields', () => {
    const { apiVersion, kind, metadata, ...others } = configMap('default', 'a', { x: '1', y: '2' });
    const turned = { ...others, data: { y: '2', x: '1' }, metadata, kind, apiVersion };
    expect(appliedHash(turned)).toBe(appliedHash(configMap('default', 'a', { x: '1', y: '2' })));
  });

  test('changes when a field is dropped', () => {
    expect(appliedHash(configMap('default', 'a', { x: '1' }))).not.toBe(appliedHash(configMap('default', 'a')));
  });

  test('stands in an annotation beside the others', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', annotations: { note: 'mine' } } };
    expect(withAppliedHash(object, '0123').metadata.annotations).toEqual({
      note: 'mine',
      'entrepot/applied-hash': '0123',
    });
  });
});
