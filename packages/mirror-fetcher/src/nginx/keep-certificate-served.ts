import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { FetcherConfig } from '../config/fetcher-config.ts';
import type { Log } from '../log.ts';
import { servedCertificate } from './served-certificate.ts';

type Server = NonNullable<FetcherConfig['server']>;

const checkEveryMs = 2000;
/** A reload takes less than the first pause; each further one in a row is waited for twice as long. */
const pauses = { firstMs: 500, longestMs: 30_000 };

/**
 * Has nginx serve the certificate of a file. nginx reads its pair when it starts and when it is reloaded, so that no
 * handshake meets halves of two pairs; this compares what is served with the file and reloads nginx until they agree.
 * One reload may not be enough: nginx keeps its former pair when it sees halves, and its volume may be behind this one.
 *
 * Only the leaf is compared: other intermediates come with the next certificate or start.
 *
 * Runs until the signal is aborted. What fails twice in a row is logged, once: an nginx that is just starting is not.
 */
export async function keepCertificateServed(
  server: Server,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  let pauseMs = pauses.firstMs;
  let failure = { message: '', times: 0 };
  while (!signal.aborted) {
    const outcome = await check(server, signal);
    if (signal.aborted) return;
    if (outcome instanceof Error) {
      const { message } = outcome;
      failure = { message, times: failure.message === message ? failure.times + 1 : 1 };
      if (failure.times === 2) log.warn({ error: message }, 'cannot see to it that nginx serves its certificate');
    } else failure = { message: '', times: 0 };
    const isReloaded = outcome === 'reloaded';
    if (isReloaded) log.info({ certificate: server.certificate }, 'nginx serves another certificate: reloaded it');
    await clock.sleep(isReloaded ? pauseMs : checkEveryMs, signal).catch(() => {});
    pauseMs = isReloaded ? Math.min(2 * pauseMs, pauses.longestMs) : pauses.firstMs;
  }
}

/** Reloads nginx when it has to be. An error, for example of a server that does not listen yet, is an outcome, too. */
async function check(server: Server, signal: AbortSignal): Promise<'agrees' | 'reloaded' | Error> {
  try {
    const wanted = new X509Certificate(await readFile(server.certificate));
    const served = await servedCertificate(server, signal);
    if (served.fingerprint256 === wanted.fingerprint256) return 'agrees';
    const pid = await processId(server.pidFile);
    // An nginx that is about to end would start anew.
    signal.throwIfAborted();
    process.kill(pid, 'SIGHUP');
    return 'reloaded';
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function processId(pidFile: string): Promise<number> {
  const text = (await readFile(pidFile, 'utf8')).trim();
  // 0 and negative numbers would be groups of processes.
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${pidFile} holds no process id`);
  return Number(text);
}
