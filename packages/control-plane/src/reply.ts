import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request on its way through an `ApiProxy`. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Passes the request on to the API server after all. */
  readonly forward: () => void;
}

/** What a client gets in place of the API server's answer. */
export type Reply = (exchange: Exchange) => void;

/** Answers as API servers, and the load balancers before them, give them on bad days. */
export const reply = {
  /** A `Status` of the API, as for 410, 429 and 500. */
  status: (code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Reply =>
    whole(code, 'application/json', JSON.stringify(status(code, reason)), headers),

  /** A page for people, by something between client and API server. */
  page: (code: number, text: string): Reply => whole(code, 'text/html', text, {}),

  /** The server's own answer, after a while. */
  late:
    (ms: number): Reply =>
    ({ forward }) =>
      void setTimeout(forward, ms).unref(),

  /** Nothing, and the connection stays. */
  none: (): Reply => () => {},
} as const;

/** The object with which the API says no, in an answer or as the last event of a watch. */
export function status(code: number, reason: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `${reason}, says the proxy` };
}

function whole(code: number, type: string, text: string, headers: Readonly<Record<string, string>>): Reply {
  return ({ request, response }) => {
    request.resume();
    response.writeHead(code, { 'content-type': type, ...headers }).end(text);
  };
}
