import type { GroupVersionKind, KubernetesObject } from '../object.ts';
import { microTime } from '../micro-time.ts';

export const leaseKind: GroupVersionKind = { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' };

export interface Lease extends KubernetesObject {
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** The first Lease of its name, held by the given candidate. */
export function newLease(
  key: { readonly namespace: string; readonly name: string },
  identity: string,
  durationMs: number,
  now: number,
): Lease {
  const unheld = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: key, spec: { leaseTransitions: -1 } };
  return heldLease(unheld, identity, durationMs, now);
}

/** The Lease held by the candidate from now on: renewed where it was the holder, taken over where it was not. */
export function heldLease(lease: Lease, identity: string, durationMs: number, now: number): Lease {
  const time = microTime(now);
  const isRenewal = lease.spec.holderIdentity === identity;
  const spec = {
    ...lease.spec,
    holderIdentity: identity,
    leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
    renewTime: time,
    ...(!isRenewal && { acquireTime: time, leaseTransitions: (lease.spec.leaseTransitions ?? 0) + 1 }),
  };
  return { ...lease, spec };
}

/** The Lease given up, as client-go does it: nobody's, and over in a second. */
export function releasedLease(lease: Lease, now: number): Lease {
  return { ...lease, spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) } };
}

/** For how long a Lease that has not changed for so long is still its holder's; 0: it may be taken. */
export function heldForMs(lease: Lease, unchangedMs: number): number {
  const { holderIdentity = '', leaseDurationSeconds = 0 } = lease.spec;
  return holderIdentity === '' ? 0 : Math.max(0, leaseDurationSeconds * 1000 - unchangedMs);
}
