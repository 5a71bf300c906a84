import { isConflict } from '@entrepot/kube';
import type { ConditionType, StepFailure } from './conditions.ts';

/** Runs the steps of a reconcile and keeps what failed, so that one step in trouble does not stop the others. */
export class Steps {
  /** Set when what was done is followed by an event that comes at once: there is nothing to say before. */
  isContinued = false;
  readonly #failures: StepFailure[] = [];
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get failures(): readonly StepFailure[] {
    return this.#failures;
  }

  /**
   * Runs one step towards a condition; undefined when it failed.
   *
   * @param options whether the condition holds without it
   * @throws ApiError 409: somebody was faster, so everything is to be looked at again rather than reported
   */
  async attempt<T>(
    type: ConditionType,
    step: () => T | Promise<T>,
    options: Pick<StepFailure, 'isTolerable'> = {},
  ): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (this.#signal.aborted || isConflict(error)) throw error;
      this.#failures.push({ type, error, ...options });
      return undefined;
    }
  }
}
