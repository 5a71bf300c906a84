import { expect, test } from 'vitest';
import { mayHaveStarted, readAgentPod } from '../../src/reconcile/agent-pod.ts';

test.each<{ title: string; container?: object; metadata?: object; mayHave: boolean }>([
  { title: 'not while there is no container', mayHave: false },
  { title: 'not while its image is not to be had', container: { restartCount: 0, lastState: {} }, mayHave: false },
  { title: 'once a container was made', container: { containerID: 'containerd://a' }, mayHave: true },
  { title: 'when a container was started again', container: { restartCount: 1 }, mayHave: true },
  { title: 'when a container has ended', container: { lastState: { terminated: { exitCode: 1 } } }, mayHave: true },
  { title: 'when its node does not say', metadata: { deletionTimestamp: '2026-01-02T03:04:05Z' }, mayHave: true },
])('an agent may have written $title', ({ container, metadata, mayHave }) => {
  const pod = readAgentPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'agent', ...metadata },
    status: { containerStatuses: container === undefined ? [] : [container] },
  });
  expect(mayHaveStarted(pod)).toBe(mayHave);
});
