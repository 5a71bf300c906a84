import type { KubernetesObject } from '@entrepot/kube';
import { describe, expect, test } from 'vitest';
import { type MirrorSettings, type Toleration } from '../../src/index.ts';
import { formerTolerations, formerTolerationsAnnotation } from '../../src/plan/former-tolerations.ts';
import { registryMirror } from '../support/mirrors.ts';
import { testSettings } from '../support/settings.ts';

const all: Toleration = { operator: 'Exists' };
const gpu: Toleration = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const anyGpu: Toleration = { key: 'gpu', operator: 'Exists' };
const edge: Toleration = { key: 'edge', operator: 'Exists', effect: 'NoExecute' };
const quay = registryMirror('quay', { upstreamUrl: 'quay.io' });

function agents(tolerations: readonly Toleration[] | undefined, recorded?: string): KubernetesObject {
  const annotations = recorded === undefined ? undefined : { [formerTolerationsAnnotation]: recorded };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'registry-mirror-quay-utils', ...(annotations && { annotations }) },
    spec: { template: { spec: { ...(tolerations && { tolerations }) } } },
  };
}

const by = (tolerations: readonly Toleration[]): MirrorSettings => testSettings({ nodeAgentTolerations: tolerations });

describe('what agents tolerated before', () => {
  test.each<{
    title: string;
    live: KubernetesObject | undefined;
    wanted: readonly Toleration[];
    former: readonly Toleration[];
  }>([
    { title: 'is nothing where there are none', live: undefined, wanted: [], former: [] },
    { title: 'is nothing where they tolerate nothing', live: agents(undefined), wanted: [], former: [] },
    { title: 'is nothing where they tolerate the same', live: agents([gpu, edge]), wanted: [edge, gpu], former: [] },
    {
      title: 'is what they tolerate and are not to any more',
      live: agents([gpu, edge]),
      wanted: [edge],
      former: [gpu],
    },
    { title: 'is everything, after one that stood for all', live: agents([all]), wanted: [gpu], former: [all] },
    {
      title: 'is for ever where it is for a while now',
      live: agents([edge]),
      wanted: [{ ...edge, tolerationSeconds: 300 }],
      former: [edge],
    },
    {
      title: 'is nothing where it is for longer now',
      live: agents([{ ...edge, tolerationSeconds: 300 }]),
      wanted: [edge],
      former: [],
    },
    { title: 'is nothing where all is tolerated', live: agents([gpu, edge]), wanted: [all], former: [] },
    { title: 'is nothing where any value is tolerated', live: agents([gpu]), wanted: [anyGpu], former: [] },
    { title: 'is any value where one is left', live: agents([anyGpu]), wanted: [gpu], former: [anyGpu] },
    {
      title: 'is any effect where one is left',
      live: agents([{ key: 'edge', operator: 'Exists' }]),
      wanted: [edge],
      former: [{ key: 'edge', operator: 'Exists' }],
    },
    {
      title: 'is another value of the same key',
      live: agents([gpu]),
      wanted: [{ ...gpu, value: 'no' }],
      former: [gpu],
    },
    {
      title: 'is remembered',
      live: agents([edge], JSON.stringify([gpu])),
      wanted: [],
      former: [gpu, edge],
    },
    {
      title: 'is remembered once, while agents that take away tolerate it again',
      live: agents([edge, gpu], JSON.stringify([gpu])),
      wanted: [edge],
      former: [gpu],
    },
    {
      title: 'is forgotten when it is tolerated again',
      live: agents([], JSON.stringify([gpu])),
      wanted: [all],
      former: [],
    },
    { title: 'is not what somebody else wrote', live: agents([gpu], '[{"key": 7}]'), wanted: [gpu], former: [] },
    { title: 'is not what cannot be read', live: agents([gpu], 'gpu'), wanted: [gpu], former: [] },
  ])('$title', ({ live, wanted, former }) => {
    expect(formerTolerations(quay, live, by(wanted))).toEqual(former);
  });

  test('is nothing to remember where none was ever started', () => {
    const untouched = { ...quay, status: { nodesUntouched: true } };
    expect(formerTolerations(untouched, agents([all]), by([]))).toEqual([]);
  });

  test('is remembered where an agent is ready, whatever was written before that', () => {
    const untouched = { ...quay, status: { nodesUntouched: true } };
    const live = { ...agents([all]), status: { numberReady: 1 } };
    expect(formerTolerations(untouched, live, by([]))).toEqual([all]);
  });
});
