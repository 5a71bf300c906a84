/** Lets everybody who asks for the same thing at the same time wait for one piece of work. */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>();

  /** The running work of this key, or new work. Its failure is everybody's; the next to ask tries again. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }
}
