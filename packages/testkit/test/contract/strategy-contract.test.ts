import { ConfigMap } from '@entrepot/core';
import { describe, expect, test } from 'vitest';
import { strategyContract, strategySubject } from '../../src/contract/strategy-contract.ts';
import { complaints, configMap, mayAll, sound, withObject, type Strategy } from './sound-strategy.ts';

const Role = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'Role' };

strategyContract(() => sound, { settings: { greeting: 'good day' } });

describe('what only a real API server can see', () => {
  test.each<{ fault: string; strategy: Strategy; message: string }>([
    {
      fault: 'what the API server refuses',
      strategy: withObject((namespace) => ({ ...configMap(namespace, 'sound-x'), data: { key: 7 } })),
      message:
        'the API server refuses to apply ConfigMap contract-mirrors/sound-x: failed to create typed patch object (contract-mirrors/sound-x; /v1, Kind=ConfigMap): .data.key: expected string, got &value.valueUnstructured{Value:7}',
    },
    {
      fault: 'needs more RBAC than declared: a role may not grant what the operator itself does not have',
      strategy: {
        ...withObject((namespace) => ({
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'Role',
          metadata: { namespace, name: 'sound-reader' },
          rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
        })),
        manages: [ConfigMap, Role],
        rules: () => [mayAll(Role.group, 'roles')],
      },
      message: `the permissions that rules() declares do not allow to apply Role contract-mirrors/sound-reader: roles.rbac.authorization.k8s.io "sound-reader" is forbidden: user "operator-with-declared-rules" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods"], Verbs:["get"]}; add to rules() what the API server misses`,
    },
  ])('$fault', { timeout: 120_000 }, async ({ strategy, message }) => {
    expect(await complaints(strategy)).toEqual(new Map());
    const [said] = (await complaints(strategy, true)).values();
    expect(said).toBe(message);
  });
});

test('settings that the strategy refuses are the caller’s fault', () => {
  expect(() => strategySubject(sound, { settings: { greeting: 1 } })).toThrow('settings of strategy sound');
  expect(() => strategySubject(sound, { options: { more: 1 } })).toThrow('the options given to strategyContract()');
});
