import { describe, expect, test } from 'vitest';
import { commandLine } from '../../src/node/images.ts';
import { containerEnvironment, expand } from '../../src/node/environment.ts';
import type { PodSources } from '../../src/node/pod-sources.ts';
import type { EnvironmentVariable, Pod } from '../../src/node/pod.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'shop', name: 'web-0', labels: { app: 'web' } },
  spec: { nodeName: 'one-machine', containers: [] },
  status: { podIP: '198.18.0.2' },
};
const sources: PodSources = {
  content: (kind, name) => (name === 'db' ? new Map([['password', Buffer.from(`from the ${kind}`)]]) : undefined),
};
const environment = (...env: readonly EnvironmentVariable[]): object =>
  containerEnvironment({ PATH: '/bin' }, { name: 'main', image: 'x', env }, pod, sources);

describe("a container's environment", () => {
  test.each<{ title: string; env: EnvironmentVariable[]; result: object }>([
    { title: 'adds to the image and overrides it', env: [{ name: 'A', value: '1' }], result: { PATH: '/bin', A: '1' } },
    { title: 'overrides the image', env: [{ name: 'PATH', value: '/opt' }], result: { PATH: '/opt' } },
    {
      title: 'takes earlier variables into later ones',
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '$(A)$(C)' },
      ],
      result: { PATH: '/bin', A: '1', B: '1$(C)' },
    },
    ...[
      ['metadata.name', 'web-0'],
      ['metadata.namespace', 'shop'],
      ["metadata.labels['app']", 'web'],
      ['spec.nodeName', 'one-machine'],
      ['status.podIP', '198.18.0.2'],
    ].map(([fieldPath = '', value]) => ({
      title: `knows ${fieldPath}`,
      env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath } } }],
      result: { PATH: '/bin', A: value },
    })),
    {
      title: 'reads a key of a Secret',
      env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
      result: { PATH: '/bin', A: 'from the Secret' },
    },
    {
      title: 'leaves out what is optional and not there',
      env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'db', key: 'user', optional: true } } }],
      result: { PATH: '/bin' },
    },
  ])('$title', ({ env, result }) => {
    expect(environment(...env)).toEqual(result);
  });

  test('waits for a key that is not there', () => {
    const valueFrom = { secretKeyRef: { name: 'db', key: 'user' } };

    expect(() => environment({ name: 'A', valueFrom })).toThrow('Secret db has no key user');
  });
});

test.each([
  { text: '$(A)', result: '1' },
  { text: '$$(A)', result: '$(A)' },
  { text: '$A $(B)', result: '$A $(B)' },
])('in command lines $text becomes $result', ({ text, result }) => {
  expect(expand(text, { A: '1' })).toBe(result);
});

describe('a command line', () => {
  const image = { entrypoint: ['/entry'], programs: { nginx: '/opt/nginx' } };

  test.each([
    { title: "arguments follow the image's entrypoint", command: [], args: ['-v'], result: ['/entry', '-v'] },
    { title: 'a command replaces the entrypoint', command: ['sh', '-c'], args: ['id'], result: ['sh', '-c', 'id'] },
    { title: 'a program of the image is found where it is', command: ['nginx'], args: [], result: ['/opt/nginx'] },
  ])('$title', ({ command, args, result }) => {
    expect(commandLine(image, command, args)).toEqual(result);
  });
});
