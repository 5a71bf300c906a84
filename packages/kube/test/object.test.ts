import { describe as suite, expect, test } from 'vitest';
import { apiVersionOf, describe, formatKey, keyOf, kindOf, parseKey } from '../src/index.ts';

suite('objects and their names', () => {
  test.each([
    { apiVersion: 'v1', gvk: { group: '', version: 'v1', kind: 'Pod' } },
    { apiVersion: 'apps/v1', gvk: { group: 'apps', version: 'v1', kind: 'StatefulSet' } },
  ])('$apiVersion names group and version', ({ apiVersion, gvk }) => {
    expect(kindOf({ apiVersion, kind: gvk.kind })).toEqual(gvk);
    expect(apiVersionOf(gvk)).toBe(apiVersion);
  });

  test.each([
    { text: 'default/a', key: { namespace: 'default', name: 'a' } },
    { text: 'quay.io', key: { name: 'quay.io' } },
  ])('the key $text can be printed and parsed', ({ text, key }) => {
    expect(formatKey(key)).toBe(text);
    expect(parseKey(text)).toEqual(key);
    expect(keyOf({ metadata: key })).toEqual(key);
    expect(describe({ kind: 'Pod', metadata: key })).toBe(`Pod ${text}`);
  });
});
