import { systemClock, type Clock } from '../clock.ts';
import { silentLogger, type Logger } from '../logger.ts';
import { Informer } from '../informer/informer.ts';
import type { EventRecorder } from '../observe/event-recorder.ts';
import { HealthServer } from '../observe/health-server.ts';
import type { Metrics } from '../observe/metrics.ts';
import { LeadershipLostError, type LeaderElection } from './leader-election.ts';
import type { Runnable } from './runnable.ts';

export interface ManagerOptions {
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
  /** Without it, what needs leadership runs at once. */
  readonly leaderElection?: LeaderElection | undefined;
  /** Serves /livez, /readyz (all informers synced) and /metrics. */
  readonly health?: { readonly port: number; readonly host?: string | undefined } | undefined;
  /** What it has not written yet when everything else has ended, it writes then. */
  readonly events?: Pick<EventRecorder, 'flush'> | undefined;
  /** How long reconciles under way may go on at the end. */
  readonly drainMs?: number | undefined;
}

/** With the time to drain, well within the 30 seconds that a pod has for its end. */
const flushMs = 3_000;

/**
 * Runs the parts of an operator in order: informers first, controllers when those are complete and while this replica leads;
 * at the end no new work, the reconciles under way, the lease, events not written yet, and the informers last.
 *
 * @example await new Manager({ logger }).add(pods, controller).run(signal);
 */
export class Manager {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #leaderElection: LeaderElection | undefined;
  readonly #events: Pick<EventRecorder, 'flush'> | undefined;
  readonly #drainMs: number;
  readonly #health: HealthServer | undefined;
  readonly #informers: Pick<Informer, 'run' | 'synced' | 'hasSynced'>[] = [];
  readonly #everywhere: Runnable[] = [];
  readonly #leading: Runnable[] = [];
  #healthPort: number | undefined;

  constructor({
    logger = silentLogger,
    clock = systemClock,
    metrics,
    leaderElection,
    health,
    events,
    drainMs = 20_000,
  }: ManagerOptions = {}) {
    this.#logger = logger;
    this.#clock = clock;
    this.#leaderElection = leaderElection;
    this.#events = events;
    this.#drainMs = drainMs;
    const ready = { informers: () => this.#informers.every(({ hasSynced }) => hasSynced) };
    this.#health = health && new HealthServer({ ...health, metrics, checks: { ready } });
  }

  /** The port the health server listens on, while it does; useful when it was asked for port 0. */
  get healthPort(): number | undefined {
    return this.#healthPort;
  }

  /** Informers, controllers, and anything else that runs. To be called before `run`. */
  add(...runnables: readonly Runnable[]): this {
    for (const runnable of runnables) {
      if (runnable instanceof Informer) this.#informers.push(runnable);
      else if (runnable.needsLeadership === true) this.#leading.push(runnable);
      else this.#everywhere.push(runnable);
    }
    return this;
  }

  /** Runs everything until the signal is aborted and the work under way has ended. Rejects with the first part's error. */
  async run(signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const finished = new AbortController();
    const stop = AbortSignal.any([signal, failed.signal]);
    // One that fails ends the others, and those are waited for.
    const guarded: Guard = async (part) => part.catch((error: unknown) => failed.abort(error));

    this.#healthPort = await this.#health?.listen();
    const informers = this.#informers.map(async (informer) => guarded(informer.run(finished.signal)));
    try {
      const everywhere = this.#everywhere.map(async (part) => guarded(this.#runDraining(part, stop)));
      await guarded(this.#lead(stop, guarded));
      await Promise.all(everywhere);
    } finally {
      await this.#events?.flush(AbortSignal.timeout(flushMs));
      finished.abort();
      await Promise.all(informers);
      await this.#health?.close();
      this.#healthPort = undefined;
    }
    if (failed.signal.aborted) throw failed.signal.reason;
  }

  async #lead(stop: AbortSignal, guarded: Guard): Promise<void> {
    try {
      await Promise.all(this.#informers.map(async (informer) => informer.synced(stop)));
    } catch (error) {
      if (stop.aborted) return;
      throw error;
    }
    this.#logger.info({ informers: this.#informers.length }, 'all informers are complete');
    const lead = async (signal: AbortSignal) => {
      const parts = this.#leading.map(async (part) => guarded(this.#runDraining(part, signal)));
      await Promise.all([aborted(signal), ...parts]);
    };
    await (this.#leaderElection === undefined ? lead(stop) : this.#leaderElection.run(lead, stop));
  }

  /** Runs one part; when it is to stop it may finish what it does, but not if another replica leads by now. */
  async #runDraining(part: Runnable, signal: AbortSignal): Promise<void> {
    const kill = new AbortController();
    const ended = new AbortController();
    const onStop = () => {
      if (signal.reason instanceof LeadershipLostError) kill.abort(signal.reason);
      else
        this.#clock.sleep(this.#drainMs, ended.signal).then(
          () => kill.abort(),
          () => {},
        );
    };
    if (signal.aborted) onStop();
    else signal.addEventListener('abort', onStop, { once: true });
    try {
      await part.run(signal, kill.signal);
    } finally {
      signal.removeEventListener('abort', onStop);
      ended.abort();
    }
  }
}

type Guard = (part: Promise<void>) => Promise<void>;

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
