import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, inject } from 'vitest';
import { collectArtefacts } from '../../src/artefacts.ts';
import { type EngineAndCluster, reachTestBed } from '../../src/test-bed/test-bed.ts';
import { waitFor } from '../../src/wait-for.ts';

const artefacts = fileURLToPath(new URL('../../.test-results/artefacts/', import.meta.url));

/** How long something may take that starts a pod on each node, on a machine that has other work. */
export const allNodesMs = 240_000;

/** The engine and the cluster of this run. */
export function sharedCluster(): Promise<EngineAndCluster> {
  return reachTestBed({ cluster: inject('cluster'), dockerHost: inject('dockerHost') }, () => {});
}

/** Keeps logs, events and journals of every test of this file that fails, and says where. */
export function keepArtefacts(): void {
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await keep(task.fullTestName, task.result.errors?.[0]);
  });
}

/** Does what the tests of a file need first; keeps logs, events and journals when that fails. */
export async function prepared(title: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await keep(title, error);
    throw error;
  }
}

async function keep(title: string, error: unknown): Promise<void> {
  // The report comes at the end of all files.
  tell(`failed: ${title}: ${isErrorLike(error) ? error.message : String(error)}`);
  // Of a test, below one for those that it is described with: these may be many words.
  const folders = title.split(' > ').map((words) => words.replaceAll(/[^a-z0-9]+/gi, '-'));
  const folder = join(artefacts, ...folders);
  await collectArtefacts((await sharedCluster()).cluster, folder);
  tell(`what the cluster said when that failed: ${folder}`);
}

function isErrorLike(error: unknown): error is { readonly message: string } {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
}

/** Waits for something on the cluster, with a line about it. */
export function awaited(what: string, missing: () => Promise<string | undefined>, timeoutMs = 120_000): Promise<void> {
  return waitFor(what, missing, { timeoutMs, onProgress: tell });
}

/** Prints a line at once, unlike the console of a test. */
export function tell(line: string): void {
  process.stderr.write(`          ${line}\n`);
}
