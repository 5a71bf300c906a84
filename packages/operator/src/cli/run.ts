import { CommanderError } from 'commander';
import { TerminalError } from '@entrepot/kube';
import { exitCodes, FailedError, UsageError } from './exit.ts';
import type { Host } from './host.ts';
import { program } from './program.ts';

/**
 * Runs a command line, without the program's own name in it.
 * @returns the exit code; what went wrong has been said
 */
export async function run(words: readonly string[], host: Host): Promise<number> {
  try {
    await program(host).parseAsync(words, { from: 'user' });
    return exitCodes.fine;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    host.say(`entrepot: ${isEndOf(host.signal, error) ? 'told to end before it was done' : complaint(error)}\n`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
}

/** Whether it is by the signal that something came to its end; other things may fail at the same time. */
function isEndOf(signal: AbortSignal, error: unknown): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'));
}

/** Users get a sentence for what they can mend; for what nobody foresaw, the stack as well. */
function complaint(error: unknown): string {
  if (error instanceof FailedError || error instanceof TerminalError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
