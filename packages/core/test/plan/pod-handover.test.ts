import type { KubernetesObject } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { podHandover } from '../../src/plan/pod-handover.ts';

const preStop = { sleep: { seconds: 5 } };

interface Pods {
  /** Whether the pods of the template end as soon as they are told to. */
  readonly isFormer?: boolean;
  readonly replicas?: number;
  readonly partition?: number;
  readonly ready?: number;
  readonly updated?: number;
  /** Whether the controller has seen the latest change. */
  readonly isSeen?: boolean;
}

function server({ isFormer = false, replicas = 2, partition, ready = replicas, updated = 0, isSeen = true }: Pods) {
  const container = { name: 'registry', ...(!isFormer && { lifecycle: { preStop } }) };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'registry-mirror-quay', generation: 2 },
    spec: {
      replicas,
      updateStrategy: { type: 'RollingUpdate', ...(partition !== undefined && { rollingUpdate: { partition } }) },
      template: { spec: { containers: [container] } },
    },
    status: { observedGeneration: isSeen ? 2 : 1, readyReplicas: ready, updatedReplicas: updated },
  };
}

function service(serving?: number): KubernetesObject {
  const one = { 'statefulset.kubernetes.io/pod-name': `registry-mirror-quay-${serving}` };
  const selector = { app: 'docker-registry', ...(serving !== undefined && one) };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'registry-mirror-quay' }, spec: { selector } };
}

interface Case {
  readonly title: string;
  readonly pods: Pods;
  readonly serving?: number;
  readonly isDrained?: boolean;
  readonly wanted?: number;
  readonly next: string;
}

const steps: readonly Case[] = [
  {
    title: 'all are ready: the first one alone gets connections, and none is replaced yet',
    pods: { isFormer: true },
    next: 'pod 0 serves, from 2',
  },
  {
    title: 'not every node knows that yet: none is replaced',
    pods: { partition: 2 },
    serving: 0,
    isDrained: false,
    next: 'pod 0 serves, from 2',
  },
  {
    title: 'every node knows, though the StatefulSet could not be written before: all but the first are replaced',
    pods: { isFormer: true },
    serving: 0,
    next: 'pod 0 serves, from 1',
  },
  {
    title: 'every node knows: all but the first are replaced',
    pods: { partition: 2 },
    serving: 0,
    next: 'pod 0 serves, from 1',
  },
  {
    title: 'they are being replaced, and another operator counts anew: that goes on',
    pods: { partition: 1, ready: 1 },
    serving: 0,
    isDrained: false,
    next: 'pod 0 serves, from 1',
  },
  {
    title: 'the second one is new and not ready: that goes on',
    pods: { partition: 1, ready: 1, updated: 1 },
    serving: 0,
    next: 'pod 0 serves, from 1',
  },
  {
    title: 'what is said of pods is said of those before: that goes on',
    pods: { partition: 1, updated: 1, isSeen: false },
    serving: 0,
    next: 'pod 0 serves, from 1',
  },
  {
    title: 'all but the first are new and ready: the second one alone gets connections',
    pods: { partition: 1, updated: 1 },
    serving: 0,
    next: 'pod 1 serves, from 1',
  },
  {
    title: 'of three, all but the first are new and ready: the second one alone gets connections',
    pods: { replicas: 3, partition: 1, updated: 2 },
    serving: 0,
    wanted: 3,
    next: 'pod 1 serves, from 1',
  },
  {
    title: 'not every node knows that yet: the first one stays',
    pods: { partition: 1, updated: 1 },
    serving: 1,
    isDrained: false,
    next: 'pod 1 serves, from 1',
  },
  {
    title: 'every node knows: the first one is replaced, too',
    pods: { partition: 1, updated: 1 },
    serving: 1,
    next: 'pod 1 serves, from 0',
  },
  {
    title: 'it is being replaced, and another operator counts anew: that goes on',
    pods: { ready: 1, updated: 1 },
    serving: 1,
    isDrained: false,
    next: 'pod 1 serves, from 0',
  },
  { title: 'all are new and ready: all get connections', pods: { updated: 2 }, serving: 1, next: 'all serve, from 0' },
];

const others: readonly Case[] = [
  { title: 'they go on serving for a while themselves', pods: {}, next: 'all serve, from 0' },
  {
    title: 'one of them is not ready, and may be the one that would serve',
    pods: { isFormer: true, ready: 1 },
    next: 'all serve, from 0',
  },
  {
    title: 'only one is wanted, so nobody would serve meanwhile',
    pods: { isFormer: true },
    wanted: 1,
    next: 'all serve, from 0',
  },
  {
    title: 'only one is wanted since: the second one goes',
    pods: { partition: 1, updated: 1 },
    serving: 1,
    wanted: 1,
    next: 'all serve, from 0',
  },
];

function nextOf({ pods, serving, isDrained = true, wanted = 2 }: Case): string {
  const input = { replicas: wanted, server: server(pods), service: service(serving), isDrained };
  const next = podHandover(input);
  return `${next.serving === undefined ? 'all serve' : `pod ${next.serving} serves`}, from ${next.partition}`;
}

describe('pods that end as soon as they are told to are replaced where nobody is sent, step by step', () => {
  test.each(steps)('$title', (step) => expect(nextOf(step)).toBe(step.next));
});

describe('pods are replaced at once where', () => {
  test.each(others)('$title', (other) => expect(nextOf(other)).toBe(other.next));

  test('there are none', () => {
    expect(podHandover({ replicas: 2, server: undefined, service: service(), isDrained: true })).toEqual({
      partition: 0,
    });
  });
});
