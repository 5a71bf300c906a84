import { describe, expect, test } from 'vitest';
import { redacted } from '../src/redaction.ts';

describe('what is logged', () => {
  const key = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----\n';

  test.each<[title: string, value: unknown, logged: unknown]>([
    ['ordinary fields stay', { mirror: 'quay', count: 3, none: null }, { mirror: 'quay', count: 3, none: null }],
    [
      'passwords',
      { credentials: { username: 'u', password: 'p' } },
      { credentials: { username: 'u', password: '[redacted]' } },
    ],
    [
      'tokens of any name',
      { token: 't', access_token: 't', idToken: 't' },
      { token: '[redacted]', access_token: '[redacted]', idToken: '[redacted]' },
    ],
    [
      'headers',
      { headers: { Authorization: 'Basic x', accept: '*/*' } },
      { headers: { Authorization: '[redacted]', accept: '*/*' } },
    ],
    [
      'private keys by name',
      { files: { 'tls.key': 'k', 'tls.crt': 'c' } },
      { files: { 'tls.key': '[redacted]', 'tls.crt': 'c' } },
    ],
    ['private keys by look', { config: `a\n${key}b` }, { config: 'a\n[redacted]\nb' }],
    [
      'the data of Secrets, also in lists',
      { items: [{ kind: 'Secret', metadata: { name: 's' }, data: { a: 'eA==' } }] },
      { items: [{ kind: 'Secret', metadata: { name: 's' }, data: '[redacted]' }] },
    ],
    ['the data of ConfigMaps stays', { kind: 'ConfigMap', data: { a: 'b' } }, { kind: 'ConfigMap', data: { a: 'b' } }],
    [
      'credentials in texts',
      'sent Bearer abcdefgh.ijk to https://u:p@h/v2/',
      'sent Bearer [redacted] to https://[redacted]@h/v2/',
    ],
    ['a text about Basic authentication stays', 'Basic auth is used', 'Basic auth is used'],
  ])('%s', (_title, value, logged) => {
    expect(redacted(value)).toEqual(logged);
  });

  test('errors are data, with their causes', () => {
    const error = new Error('no Bearer abcdefgh1', { cause: new Error('deep') });
    expect(redacted({ error })).toMatchObject({
      error: { name: 'Error', message: 'no Bearer [redacted]', cause: { name: 'Error', message: 'deep' } },
    });
  });

  test('a ring is cut', () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    expect(redacted(ring)).toEqual({ self: '[circular]' });
  });
});
