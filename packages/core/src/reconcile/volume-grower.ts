import { isConflict, isNotFound, type KubeClient } from '@entrepot/kube';
import { fieldManager, PersistentVolumeClaim } from '../api/group.ts';
import type { ClaimGrowth } from '../plan/volumes.ts';

/** Nobody tells when a quota has room again. */
const refusedWaitMs = 60_000;

/** What came of asking for larger volumes. */
export interface GrowthOutcome {
  /** The words with which claims were refused. */
  readonly refusals: readonly string[];
  readonly askAgainMs?: number;
}

/** Asks for larger volumes: it writes that one field of claims, and only to those that are still as they were looked at. */
export class VolumeGrower {
  readonly #client: Pick<KubeClient, 'patch'>;

  constructor(client: Pick<KubeClient, 'patch'>) {
    this.#client = client;
  }

  async grow(claims: readonly ClaimGrowth[], signal: AbortSignal): Promise<GrowthOutcome> {
    const refusals: string[] = [];
    for (const { key, resourceVersion, storage } of claims) {
      const patch = { metadata: { resourceVersion }, spec: { resources: { requests: { storage } } } };
      try {
        await this.#client.patch(PersistentVolumeClaim, key, patch, { type: 'merge', fieldManager }, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        // Of what was changed or deleted meanwhile there is an event, which brings another look.
        if (isConflict(error) || isNotFound(error)) continue;
        refusals.push(error instanceof Error ? error.message : String(error));
      }
    }
    return refusals.length === 0 ? { refusals } : { refusals, askAgainMs: refusedWaitMs };
  }
}
