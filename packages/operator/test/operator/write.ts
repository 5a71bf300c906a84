import type { AuditedRequest } from '@entrepot/control-plane';

/** A write that the API server did not refuse, whether or not its client lived to hear of it. */
export interface Write {
  readonly user: string;
  /** As in `patch registrymirrors/status`. */
  readonly what: string;
  readonly name: string;
  readonly body: unknown;
  /** Whether the API server said that it is done. What it was doing when its client died may be done or not. */
  readonly isAnswered: boolean;
}

/** The least status that leaves open whether a write was done: the client was gone, or the server failed. */
const openEnd = 499;

const writing = new Set(['create', 'update', 'patch', 'delete']);

/** The writes among requests, in their order; Leases and Events do not count. Pure. */
export function writesAmong(requests: readonly AuditedRequest[]): readonly Write[] {
  return requests.flatMap(({ user, verb, resource, subresource, name, code, body }) => {
    const isRefused = code >= 300 && code < openEnd;
    if (!writing.has(verb) || isRefused || ['leases', 'events', ''].includes(resource)) return [];
    const what = [`${verb} ${resource}`, subresource].filter(Boolean).join('/');
    return [{ user, what, name, body, isAnswered: code >= 200 && code < 300 }];
  });
}
