import { glob } from 'node:fs/promises';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';

/** How many requests the fetchers in the node's pods have made of their upstream, by their own metrics. */
export async function fetcherRequests(nodeDirectory: string): Promise<number> {
  const sockets = await Array.fromAsync(glob(`${nodeDirectory}/running/*/volumes/sockets/fetcher.sock`));
  const counts = await Promise.all(sockets.map(async (socket) => sumOfRequests(await metrics(socket))));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The sum over all kinds and statuses in Prometheus' text format. */
export function sumOfRequests(metricsText: string): number {
  const values = metricsText.matchAll(/^entrepot_fetcher_upstream_requests_total\{[^}]*\} (\d+)$/gm);
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}

function metrics(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path: '/metrics' }, (answer) => resolve(text(answer))).once('error', reject);
  });
}
