import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { parseFetcherConfig, type FetcherConfig } from './config/fetcher-config.ts';
import { startFetcher } from './fetcher.ts';
import { jsonLog } from './log.ts';

const usage = `Usage: entrepot-mirror-fetcher --config FILE

The miss path and the store of a registry mirror. It answers nginx on a unix socket, gets what is missing from the
upstream registry, and stores only what matches its digest.

  --config FILE  the configuration (fetcher.json); paths in it are relative to the working directory
  --help         print this text

Exit codes: 0 stopped by a signal, 1 failed, 2 wrong usage.
`;

async function main(): Promise<void> {
  const { config: file, help } = readArguments();
  if (help === true) {
    process.stdout.write(usage);
    return;
  }
  if (file === undefined) return fail(2, `--config is missing\n\n${usage}`);
  const log = jsonLog((line) => process.stdout.write(line));
  const stopped = new Promise<string>((resolve) => {
    process.once('SIGTERM', resolve).once('SIGINT', resolve);
  });
  const fetcher = await startFetcher(await readConfig(file), { log });
  log.info({ signal: await stopped }, 'stopping');
  await fetcher.close();
  process.exit(0);
}

function readArguments(): { readonly config?: string; readonly help?: boolean } {
  try {
    return parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    return fail(2, `${messageOf(error)}\n\n${usage}`);
  }
}

async function readConfig(file: string): Promise<FetcherConfig> {
  try {
    return parseFetcherConfig(await readFile(file, 'utf8'));
  } catch (error) {
    return fail(1, `${file}: ${messageOf(error)}`);
  }
}

function fail(code: 1 | 2, message: string): never {
  process.stderr.write(`entrepot-mirror-fetcher: ${message}\n`);
  process.exit(code);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main().catch((error: unknown) => fail(1, messageOf(error)));
