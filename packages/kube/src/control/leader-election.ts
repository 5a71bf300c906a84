import { systemClock, type Clock } from '../clock.ts';
import type { KubeClient } from '../client/kube-client.ts';
import { isConflict } from '../errors.ts';
import { retryOnConflict } from '../client/retry-on-conflict.ts';
import { silentLogger, type Logger } from '../logger.ts';
import { heldForMs, heldLease, leaseKind, newLease, releasedLease, type Lease } from './lease.ts';

export interface LeaderElectionOptions {
  /**
   * Best one of its own with one connection (`maxConnections: 1`). Of several that died unseen, each would cost an attempt.
   */
  readonly client: KubeClient;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Tells this candidate from all others, over restarts too: the pod's name. */
  readonly identity: string;
  /** How long others wait for a holder that says nothing. */
  readonly leaseDurationMs?: number | undefined;
  /** How long a leader goes on without having been able to renew; less than the lease's duration. */
  readonly renewDeadlineMs?: number | undefined;
  readonly retryMs?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** So that candidates who all wait for one lease to end do not ask at the same moment. */
const takeoverSpreadMs = 200;

/** Why the signal of a leader is aborted when another one may lead by now: stop at once. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

/** One leader among all replicas, by a Lease (coordination.k8s.io/v1). Expiry is measured by the own monotonic clock, never by others' timestamps. */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #leaseDurationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryMs: number;
  /** The Lease as last seen, and when it was first seen so. */
  #seen: { readonly lease: Lease; readonly sinceMs: number } | undefined;
  #isLeader = false;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? silentLogger;
    this.#leaseDurationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? Math.floor((this.#leaseDurationMs * 2) / 3);
    this.#retryMs = options.retryMs ?? this.#leaseDurationMs / 7.5;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  /**
   * Waits for the lease, calls `lead`, and renews until `lead` resolves. Its signal is aborted with `signal`, to end gracefully, or with a
   * {@link LeadershipLostError}, to stop at once; after a loss it stands for election again. Releases the lease at the end.
   */
  async run(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isElected = await this.#acquire(signal);
      if (!isElected) return;
      const hasLost = await this.#lead(lead, signal);
      if (!hasLost) return;
    }
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const startedAtMs = this.#clock.elapsedMs();
      if (await this.#tryHold(this.#attempt(signal))) {
        this.#logger.info({ identity: this.#options.identity }, 'leading');
        return true;
      }
      await this.#pause(startedAtMs, signal, this.#heldByOtherForMs());
    }
    return false;
  }

  /** @returns whether leadership was lost while `lead` ran */
  async #lead(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<boolean> {
    const lost = new AbortController();
    const ended = new AbortController();
    this.#isLeader = true;
    const renewing = this.#renew(ended.signal, lost);
    try {
      await lead(AbortSignal.any([signal, lost.signal]));
    } finally {
      ended.abort();
      await renewing;
      this.#isLeader = false;
      if (!lost.signal.aborted) await this.#release();
    }
    return lost.signal.aborted;
  }

  async #renew(ended: AbortSignal, lost: AbortController): Promise<void> {
    let renewedAtMs = this.#clock.elapsedMs();
    let startedAtMs = renewedAtMs;
    for (;;) {
      await this.#pause(startedAtMs, ended);
      if (ended.aborted) return;
      startedAtMs = this.#clock.elapsedMs();
      const leftMs = renewedAtMs + this.#renewDeadlineMs - startedAtMs;
      if (leftMs > 0 && (await this.#tryHold(this.#attempt(ended, leftMs)))) renewedAtMs = startedAtMs;
      else if (
        !ended.aborted &&
        (this.#isHeldByOther() || this.#clock.elapsedMs() >= renewedAtMs + this.#renewDeadlineMs)
      ) {
        this.#logger.error({ identity: this.#options.identity }, 'leadership lost');
        lost.abort(new LeadershipLostError('the lease could not be renewed in time'));
        return;
      }
    }
  }

  /**
   * No attempt may outlast the deadline: a server that hangs is as bad as one that refuses. Nor may it use up all of it,
   * for what hangs may be one connection, and the next attempt opens another.
   */
  #attempt(signal: AbortSignal, leftMs = this.#renewDeadlineMs): AbortSignal {
    const limitMs = Math.min(leftMs, this.#renewDeadlineMs / 2);
    return AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, Math.ceil(limitMs)))]);
  }

  /** One attempt to take or renew the lease. Failures are no news: the next attempt comes soon. */
  async #tryHold(signal: AbortSignal): Promise<boolean> {
    const { client, identity, namespace, name } = this.#options;
    try {
      const lease = this.#observe(await client.get<Lease>(leaseKind, { namespace, name }, signal));
      const now = this.#clock.now();
      if (lease === undefined) {
        this.#observe(
          await client.create(newLease({ namespace, name }, identity, this.#leaseDurationMs, now), {}, signal),
        );
        return true;
      }
      const silentMs = this.#silentMs();
      if (lease.spec.holderIdentity !== identity && heldForMs(lease, silentMs) > 0) return false;
      this.#observe(await client.update(heldLease(lease, identity, this.#leaseDurationMs, now), signal));
      return true;
    } catch (error) {
      if (!signal.aborted && !isConflict(error)) this.#logger.warn({ error }, 'the lease could not be read or written');
      return false;
    }
  }

  #observe(lease: Lease | undefined): Lease | undefined {
    if (lease === undefined) this.#seen = undefined;
    else if (lease.metadata.resourceVersion !== this.#seen?.lease.metadata.resourceVersion) {
      this.#seen = { lease, sinceMs: this.#clock.elapsedMs() };
    }
    return lease;
  }

  #silentMs(): number {
    return this.#clock.elapsedMs() - (this.#seen?.sinceMs ?? 0);
  }

  /** Undefined where nobody else holds the lease, as far as is known. */
  #heldByOtherForMs(): number | undefined {
    const heldMs =
      this.#seen === undefined || !this.#isHeldByOther() ? 0 : heldForMs(this.#seen.lease, this.#silentMs());
    return heldMs > 0 ? heldMs : undefined;
  }

  #isHeldByOther(): boolean {
    const holder = this.#seen?.lease.spec.holderIdentity ?? '';
    return holder !== '' && holder !== this.#options.identity;
  }

  /** Lets the next candidate lead at once instead of after the lease's duration. */
  async #release(): Promise<void> {
    const { client, identity, namespace, name } = this.#options;
    const deadline = AbortSignal.timeout(this.#renewDeadlineMs);
    try {
      await retryOnConflict(async () => {
        // Read afresh: a renewal that was cut off at the end may have arrived.
        const lease = await client.get<Lease>(leaseKind, { namespace, name }, deadline);
        if (lease?.spec.holderIdentity !== identity) return;
        await client.update(releasedLease(lease, this.#clock.now()), deadline);
      });
    } catch (error) {
      this.#logger.warn({ error }, 'the lease could not be released; it expires by itself');
    }
  }

  /**
   * Attempts begin at about equal distances, so that one that hung does not put off the next; and one begins as soon as a
   * lease that is not renewed may be taken.
   */
  async #pause(startedAtMs: number, signal: AbortSignal, heldForMs = Number.POSITIVE_INFINITY): Promise<void> {
    const restMs = startedAtMs + this.#retryMs * (0.8 + 0.4 * Math.random()) - this.#clock.elapsedMs();
    const waitMs = Math.min(restMs, heldForMs + takeoverSpreadMs * Math.random());
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal).catch(() => {});
  }
}
