import type { RequestKind } from './traffic.ts';

/** A way of misbehaving, switched on for one kind of request. */
export type Fault =
  /** An error answer. */
  | { readonly type: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** The request is accepted and never answered. */
  | { readonly type: 'hang' }
  /** The body stops half-way, the connection stays open. */
  | { readonly type: 'stall'; readonly afterBytes: number }
  | { readonly type: 'slow'; readonly bytesPerSecond: number }
  /** The connection breaks after so many bytes of the body. */
  | { readonly type: 'cut'; readonly afterBytes: number }
  /** One byte of the body is wrong, the length is right. */
  | { readonly type: 'corrupt'; readonly byte: number }
  /** Content-Length says something else than what is sent. */
  | { readonly type: 'wrongLength'; readonly length: number }
  /** Content-Length is left out: the size is known only at the end. */
  | { readonly type: 'noLength' }
  /** Answers as a redirect to anywhere. */
  | { readonly type: 'redirect'; readonly location: string };

/** Which faults are on. Each can be given a number of times it strikes; without one it stays until healed. */
export class Faults {
  readonly #active = new Map<RequestKind, { readonly fault: Fault; times: number }>();

  /** `inject('cdn', { type: 'cut', afterBytes: 1000 }, 1)` breaks the next download once. */
  inject(kind: RequestKind, fault: Fault, times = Infinity): void {
    this.#active.set(kind, { fault, times });
  }

  /** Ends the faults of one kind, or all. Requests that hang already go on hanging. */
  heal(kind?: RequestKind): void {
    if (kind === undefined) this.#active.clear();
    else this.#active.delete(kind);
  }

  /** The fault that strikes this request, if any. */
  strike(kind: RequestKind): Fault | undefined {
    const active = this.#active.get(kind);
    if (active === undefined) return undefined;
    active.times -= 1;
    if (active.times <= 0) this.#active.delete(kind);
    return active.fault;
  }
}
