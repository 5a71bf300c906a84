import { expect, test } from 'vitest';
import { isHalting } from '../../src/reconcile/node-policy.ts';

const policy = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'policy' }, data });

test.each([
  { title: 'no policy', object: undefined, halts: false },
  { title: 'a policy that says nothing of it', object: policy({ allow: 'quay.io' }), halts: false },
  { title: 'an empty word', object: policy({ halt: ' \n' }), halts: false },
  { title: 'false', object: policy({ halt: 'False\n' }), halts: false },
  { title: 'true', object: policy({ halt: 'true\n' }), halts: true },
  { title: 'TRUE', object: policy({ halt: 'TRUE' }), halts: true },
  { title: 'yes', object: policy({ halt: 'yes' }), halts: true },
  { title: 'any other word', object: policy({ halt: 'no' }), halts: true },
])('work on nodes, with $title: halted is $halts', ({ object, halts }) => {
  expect(isHalting(object)).toBe(halts);
});
