import { createServer, type Server } from 'node:http';
import type { Logger } from '../log/logger.ts';
import type { Readiness } from './readiness.ts';

const pauseMs = 5000;

/**
 * Answers `GET /readyz` with 200 or 503 and one line that says why. A port that is taken is logged and tried again: the node
 * is served meanwhile, only nobody can see it.
 *
 * @param port undefined: there is no server
 * @returns what closes it
 */
export function serveHealth(
  port: number | undefined,
  readiness: Readiness,
  log: Pick<Logger, 'error'>,
): { close(): void } {
  if (port === undefined) return { close: () => {} };
  const server: Server = createServer((request, response) => {
    const isKnown = request.url === '/readyz';
    response.writeHead(isKnown ? (readiness.isReady ? 200 : 503) : 404, {
      'content-type': 'text/plain; charset=utf-8',
    });
    response.end(`${isKnown ? readiness.why : 'only /readyz is here'}\n`);
  });
  let again: NodeJS.Timeout | undefined;
  server.on('error', (error) => {
    log.error(`/readyz cannot be served: ${String(error)}; trying again in ${pauseMs / 1000} s`);
    again = setTimeout(() => server.listen(port), pauseMs);
  });
  server.listen(port);
  return {
    close: () => {
      clearTimeout(again);
      server.close();
      server.closeAllConnections();
    },
  };
}
