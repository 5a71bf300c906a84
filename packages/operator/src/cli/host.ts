/** What a command sees of the world it runs in. */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly folder: string;
  /** Aborted when the program is asked to end. */
  readonly signal: AbortSignal;
  /** Everything that comes in at standard input. */
  readStdin(): Promise<Uint8Array>;
  /** Results. */
  out(text: string): void;
  /** Messages to the person who called. */
  say(text: string): void;
}
