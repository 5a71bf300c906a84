/** What a reconcile came to when it did not throw: done, or look again after a while. */
export type Result = { readonly requeueAfterMs?: number };

/** Nothing more to do until the next event. */
export const done: Result = {};
