/** Which objects of a kind: those of one namespace (all without), with these labels and fields in the API's selector syntax. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  /** Where a watch carries on from. */
  readonly resourceVersion: string;
}

export interface CreateOptions {
  /** Whose the fields are; the server takes it from the user agent without. */
  readonly fieldManager?: string | undefined;
  /** Refuse fields that the kind does not have, as server-side apply does, instead of dropping them. */
  readonly isStrict?: boolean | undefined;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  /** Take fields over from other managers instead of failing with 409. */
  readonly force?: boolean | undefined;
  readonly subresource?: 'status' | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface PatchOptions {
  readonly type: 'merge' | 'json';
  readonly subresource?: string | undefined;
  readonly fieldManager?: string | undefined;
}

export interface DeleteOptions {
  /** Only the object of this uid, not one of the same name that came after it. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  /** What becomes of the objects it owns; the kind's default without. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  /** Nothing is deleted: the answer says whether it would be. */
  readonly dryRun?: boolean | undefined;
}

export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  /** After so long the server ends the stream by itself. */
  readonly timeoutSeconds: number;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}
