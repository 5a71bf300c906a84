/** Something that runs until its signal is aborted. */
export interface Runnable {
  /** True: only one replica may run it at a time. */
  readonly needsLeadership?: boolean;
  /** Resolves some time after `signal` is aborted; `kill` says that what is still under way must stop now. */
  run(signal: AbortSignal, kill?: AbortSignal): Promise<void>;
}
