/** How long nodes go on trusting what was served before: pods see a changed Secret only after some minutes. */
export const retirementMs = 3_600_000;
/** When what is served is this near its end, nodes that are missing are not waited for any longer; */
export const longestRestMs = 7 * 86_400_000;
/** or when this part of its life is left, for those that live a few days only. */
const leastRest = 1 / 8;

/** A mirror's certificate and who trusts it, as found. Anchors are the certificates by which a client trusts another one. */
export interface Trust {
  /** Undefined before the first certificate. */
  readonly served?: {
    readonly anchors: readonly string[];
    readonly notBefore: number;
    readonly notAfter: number;
    /** Whether it is what is wanted. */
    readonly isWanted: boolean;
    /** Whether a client accepts it, by any of the names by which the mirror is called. */
    readonly isUseful: boolean;
  };
  /** What is to be served; undefined while it cannot be had. */
  readonly wanted?: { readonly anchors: readonly string[]; readonly notAfter: number };
  /** The anchors that nodes are given. */
  readonly bundle: readonly string[];
  /** Whether any node is to trust the mirror. */
  readonly hasNodes: boolean;
  /** Whether every node said that it has this very bundle. */
  readonly isAcknowledged: boolean;
  /** When something else was last served than before; in milliseconds, as all times here. */
  readonly swappedAt?: number;
  /** Whether that was done though nodes were missing which are missing still. */
  readonly isHasty: boolean;
}

/** What is to be served, and which anchors nodes are to be given. */
export interface TrustDecision {
  readonly bundle: readonly string[];
  /** Whether what is wanted is served from now on. */
  readonly isSwap: boolean;
  readonly swappedAt?: number;
  readonly isHasty: boolean;
  /** Whether nodes are waited for. */
  readonly isWaiting: boolean;
  /** When time alone changes the decision. */
  readonly nextAt?: number;
}

/**
 * Nodes are given the anchors of what is served and of what is wanted; what is wanted is served when every node has its
 * anchors; and those of what was served before leave an hour later. Pure.
 */
export function decideTrust(trust: Trust, now: number): TrustDecision {
  const { served, wanted, hasNodes, swappedAt } = trust;
  const retiresAt = swappedAt === undefined ? undefined : swappedAt + retirementMs;
  const isRetired = retiresAt === undefined || now >= retiresAt;
  const isHasty = trust.isHasty && !trust.isAcknowledged;
  const kept = (...needed: readonly (readonly string[])[]): Omit<TrustDecision, 'isSwap' | 'isWaiting'> => {
    const bundle = unite(isRetired ? [] : trust.bundle, ...needed);
    const isRetiring = retiresAt !== undefined && !isRetired && bundle.length > unite(...needed).length;
    return { bundle, isHasty, ...(isRetiring && { swappedAt, nextAt: retiresAt }) };
  };

  if (wanted === undefined || served?.isWanted === true) {
    const needed = wanted ?? served ?? { anchors: [] };
    return { ...kept(needed.anchors), isSwap: false, isWaiting: false };
  }
  if (served === undefined || !hasNodes) return swap(trust, wanted.anchors, now, false);
  const known = trust.isAcknowledged ? trust.bundle : served.anchors;
  const isKnown = wanted.anchors.every((anchor) => known.includes(anchor));
  if (isKnown || !served.isUseful) return swap(trust, wanted.anchors, now, false);
  const isBetter = wanted.notAfter > served.notAfter;
  const life = served.notAfter - served.notBefore;
  const patienceEnds = served.notAfter - Math.min(longestRestMs, life * leastRest);
  if (isBetter && now >= patienceEnds) return swap(trust, wanted.anchors, now, true);
  const { nextAt = Infinity, ...waiting } = kept(served.anchors, wanted.anchors);
  const next = Math.min(nextAt, isBetter ? patienceEnds : Infinity);
  return { ...waiting, isSwap: false, isWaiting: true, ...(next < Infinity && { nextAt: next }) };
}

function swap({ bundle, hasNodes }: Trust, anchors: readonly string[], now: number, isHasty: boolean): TrustDecision {
  const former = hasNodes ? bundle.filter((anchor) => !anchors.includes(anchor)) : [];
  return {
    bundle: unite(former, anchors),
    isSwap: true,
    isHasty,
    isWaiting: false,
    ...(former.length > 0 && { swappedAt: now, nextAt: now + retirementMs }),
  };
}

function unite(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())];
}
