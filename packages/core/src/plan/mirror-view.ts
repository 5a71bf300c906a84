import type { KubernetesObject } from '@entrepot/kube';
import { z } from 'zod';
import { Service } from '../api/group.ts';
import type { MirrorSpec } from '../api/normalise.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import type { MirrorView } from '../strategy/contract.ts';
import { namesOf } from './naming.ts';
import { isOwnedBy } from './ownership.ts';

const serviceShape = z.looseObject({
  spec: z.looseObject({ clusterIP: z.string().optional(), clusterIPs: z.array(z.string()).optional() }).optional(),
});

/** What strategies see of a mirror. */
export function mirrorView(
  mirror: KubernetesObject,
  spec: MirrorSpec,
  state: ClusterState,
  { namespace }: MirrorSettings,
): MirrorView {
  const { name, uid } = mirror.metadata;
  const service = { namespace, name: namesOf(name).service };
  const live = state.get(Service, service);
  // Somebody else's Service of that name leads elsewhere. A mirror that is only rendered has no uid yet.
  const isOurs = live !== undefined && (uid === undefined || isOwnedBy(mirror, live));
  return {
    name,
    upstreamHost: spec.upstreamHost,
    masqueradeHost: spec.masqueradeHost,
    service: { ...service, clusterIPs: isOurs ? clusterIPs(live) : [] },
  };
}

/** The addresses of a live Service, the preferred one first. */
function clusterIPs(service: unknown): readonly string[] {
  const spec = serviceShape.safeParse(service).data?.spec;
  const { clusterIP, clusterIPs } = spec ?? {};
  return (clusterIPs ?? (clusterIP === undefined ? [] : [clusterIP])).filter((ip) => ip !== '' && ip !== 'None');
}
