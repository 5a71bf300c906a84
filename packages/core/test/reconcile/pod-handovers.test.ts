import type { GroupVersionKind, KubernetesObject } from '@entrepot/kube';
import { systemClock } from '@entrepot/kube';
import { expect, test } from 'vitest';
import { ownedBy } from '../../src/plan/ownership.ts';
import type { ValidMirror } from '../../src/plan/survey.ts';
import { parseMirror } from '../../src/plan/survey.ts';
import { PodHandovers } from '../../src/reconcile/pod-handovers.ts';
import { createCatalog } from '../../src/strategy/catalog.ts';
import { registryMirror } from '../support/mirrors.ts';
import { hosts, template } from '../support/plugins.ts';

const catalog = createCatalog({ strategies: [hosts], templates: [template], defaultAddressing: 'hosts' });
const quay = registryMirror('quay', { upstreamUrl: 'quay.io' });
const metadata = { namespace: 'mirrors', name: 'registry-mirror-quay' };

/** The mirror's live objects, while this pod alone is sent connections. */
function live(serving: number | undefined, partition: number): readonly KubernetesObject[] {
  const one = { 'statefulset.kubernetes.io/pod-name': `registry-mirror-quay-${serving}` };
  const containers = [{ name: 'registry', lifecycle: { preStop: { sleep: { seconds: 5 } } } }];
  const spec = { replicas: 2, updateStrategy: { rollingUpdate: { partition } }, template: { spec: { containers } } };
  const status = { readyReplicas: 2, updatedReplicas: 1 };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: serving === undefined ? {} : one } },
    { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec, status },
  ].map((object) => ownedBy(quay, object));
}

function valid(): ValidMirror {
  const mirror = parseMirror(quay, catalog);
  if (mirror.kind !== 'valid') throw new Error('the mirror of this test cannot be planned');
  return mirror;
}

test('a pod is replaced five seconds after its Service was first seen to send connections elsewhere, counted for each pod anew', async () => {
  let elapsedMs = 0;
  let objects = live(1, 1);
  const read = (kind: GroupVersionKind) => Promise.resolve(objects.find((object) => object.kind === kind.kind));
  const handovers = new PodHandovers({ read }, 'mirrors', { ...systemClock, elapsedMs: () => elapsedMs });
  const { signal } = new AbortController();
  const nextAt = async (ms: number) => {
    elapsedMs = ms;
    return handovers.next(valid(), signal);
  };

  expect(await nextAt(1000)).toEqual({ handover: { serving: 1, partition: 1 }, lookAgainMs: 5000 });
  expect(await nextAt(5999)).toEqual({ handover: { serving: 1, partition: 1 }, lookAgainMs: 1 });
  expect(await nextAt(6000)).toEqual({ handover: { serving: 1, partition: 0 } });

  objects = live(0, 2);
  expect(await nextAt(7000)).toEqual({ handover: { serving: 0, partition: 2 }, lookAgainMs: 5000 });
  objects = live(undefined, 0);
  expect(await nextAt(8000)).toEqual({ handover: { partition: 0 } });
  objects = live(0, 2);
  expect(await nextAt(13_000)).toEqual({ handover: { serving: 0, partition: 2 }, lookAgainMs: 5000 });
  handovers.forget('quay');
  expect(await nextAt(14_000)).toEqual({ handover: { serving: 0, partition: 2 }, lookAgainMs: 5000 });
});

test('a Service of somebody else says nothing', async () => {
  const foreign = live(0, 2).map(({ metadata: { ownerReferences: _owner, ...rest }, ...object }) => ({
    ...object,
    metadata: rest,
  }));
  const read = (kind: GroupVersionKind) => Promise.resolve(foreign.find((object) => object.kind === kind.kind));
  const handovers = new PodHandovers({ read }, 'mirrors');
  expect(await handovers.next(valid(), new AbortController().signal)).toEqual({ handover: { partition: 0 } });
});
