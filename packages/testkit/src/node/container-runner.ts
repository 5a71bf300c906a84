import { WaitingError, type Clock } from '@entrepot/kube';
import type { ContainerProcess } from './container-process.ts';
import type { ContainerReport, ContainerState } from './pod-status.ts';
import type { Container, PodSpec, Probe } from './pod.ts';
import { probeLoop } from './probe-loop.ts';
import { probeOnce } from './probe.ts';

// A kubelet's back-off begins with ten seconds; on one machine, where images are there, tests need not wait so long.
const backoff = { firstMs: 500, longestMs: 30_000, forgottenAfterMs: 10_000 };

/** What a container runner needs from the outside. */
export interface ContainerRunnerOptions {
  readonly container: Container;
  readonly restartPolicy: NonNullable<PodSpec['restartPolicy']>;
  /** Starts the program anew; a WaitingError says why it cannot start yet. */
  readonly launch: () => Promise<ContainerProcess>;
  readonly onChange: () => void;
  readonly clock: Clock;
}

/** Keeps one container of a pod running: starts it, probes it, starts it again when it ends. */
export class ContainerRunner {
  readonly #options: ContainerRunnerOptions;
  readonly #stopped = new AbortController();
  #running: ContainerProcess | undefined;
  #state: ContainerState = { waiting: { reason: 'ContainerCreating', message: '' } };
  #lastState: ContainerState | undefined;
  #isReady = false;
  #restarts = 0;
  #loop: Promise<void> | undefined;

  constructor(options: ContainerRunnerOptions) {
    this.#options = options;
  }

  get report(): ContainerReport {
    return { state: this.#state, lastState: this.#lastState, isReady: this.#isReady, restarts: this.#restarts };
  }

  start(): void {
    this.#loop ??= this.#run(this.#stopped.signal);
  }

  /** SIGTERM, after `graceMs` SIGKILL; done when nothing of the container runs. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped.abort();
    await this.#running?.terminate();
    const patience = new AbortController();
    const killing = this.#options.clock.sleep(graceMs, patience.signal).then(
      () => this.#running?.kill(),
      () => {},
    );
    await this.#loop;
    patience.abort();
    await killing;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, restartPolicy } = this.#options;
    let delayMs = backoff.firstMs;
    while (!signal.aborted) {
      const began = clock.now();
      const exitCode = await this.#runOnce(signal);
      if (signal.aborted) return;
      if (exitCode !== undefined && (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && exitCode === 0)))
        return;
      if (clock.now() - began > backoff.forgottenAfterMs) delayMs = backoff.firstMs;
      if (exitCode !== undefined) this.#awaitRestart(exitCode, delayMs);
      await clock.sleep(delayMs, signal).catch(() => {});
      if (exitCode !== undefined) delayMs = Math.min(delayMs * 2, backoff.longestMs);
    }
  }

  /** The exit code; undefined when it could not be started. */
  async #runOnce(signal: AbortSignal): Promise<number | undefined> {
    const { clock, launch } = this.#options;
    try {
      this.#running = await launch();
    } catch (error) {
      this.#change({ waiting: waitingFor(error) });
      return undefined;
    }
    if (signal.aborted) await this.#running.terminate();
    const probing = new AbortController();
    this.#isReady = this.#options.container.readinessProbe === undefined;
    this.#change({ running: { startedAt: new Date(clock.now()).toISOString() } });
    const probes = this.#probe(this.#running, probing.signal);
    const exitCode = await this.#running.exited;
    probing.abort();
    await probes;
    this.#running = undefined;
    this.#isReady = false;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    this.#change({ terminated: { exitCode, reason, finishedAt: new Date(clock.now()).toISOString() } });
    return exitCode;
  }

  async #probe(process: ContainerProcess, signal: AbortSignal): Promise<void> {
    const { container, clock } = this.#options;
    const loop = (probe: Probe | undefined, onVerdict: (isGood: boolean) => void): Promise<void> | undefined => {
      const ask = (probe: Probe): Promise<void> =>
        probeOnce(probe, container, (command, timeoutMs) => process.execute(command, timeoutMs));
      return probe && probeLoop(probe, () => ask(probe), onVerdict, clock, signal);
    };
    await Promise.all([
      loop(container.readinessProbe, (isGood) => {
        this.#isReady = isGood;
        this.#options.onChange();
      }),
      loop(container.livenessProbe, (isGood) => {
        if (!isGood) process.kill();
      }),
    ]);
  }

  #awaitRestart(exitCode: number, delayMs: number): void {
    this.#lastState = this.#state;
    this.#restarts += 1;
    const message = `exited with ${exitCode}, starts again in ${delayMs / 1_000} s`;
    this.#change({ waiting: { reason: 'CrashLoopBackOff', message } });
  }

  #change(state: ContainerState): void {
    this.#state = state;
    this.#options.onChange();
  }
}

function waitingFor(error: unknown): { readonly reason: string; readonly message: string } {
  if (error instanceof WaitingError) return { reason: error.reason, message: error.message };
  return { reason: 'CreateContainerError', message: error instanceof Error ? error.message : String(error) };
}
