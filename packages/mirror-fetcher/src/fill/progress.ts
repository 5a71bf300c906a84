/** How many bytes of something may be given out already. Readers wait for it; failure reaches all of them. */
export class Progress {
  #released = 0;
  #failure: { readonly error: unknown } | undefined;
  #change = Promise.withResolvers<void>();

  /** Bytes before this position may be given out. */
  release(position: number): void {
    if (position > this.#released) this.#released = position;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  /** The end of what is released, as soon as it is beyond `position`. Fails as soon as `fail` was called, whatever was released. */
  async beyond(position: number): Promise<number> {
    while (this.#failure === undefined && this.#released <= position) await this.#change.promise;
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#released;
  }

  #wake(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}
