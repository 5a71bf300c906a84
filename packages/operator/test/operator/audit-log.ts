import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const entry = z.object({
  verb: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({ resource: z.string(), name: z.string().default(''), subresource: z.string().optional() })
    .optional(),
  responseStatus: z.object({ code: z.number() }).optional(),
});

/** A write that the API server did not refuse, whether or not its client lived to hear of it. */
export interface Write {
  readonly user: string;
  /** As in `patch registrymirrors/status`. */
  readonly what: string;
  readonly name: string;
  /** Whether the API server said that it is done. What it was doing when its client died may be done or not. */
  readonly isAnswered: boolean;
}

/** The least status that leaves open whether a write was done: the client was gone, or the server failed. */
const openEnd = 499;

const writing = new Set(['create', 'update', 'patch', 'delete']);

/** What an audit log says of writes, in their order; Leases and Events do not count. */
export async function writesIn(auditLog: string): Promise<readonly Write[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    const { verb, user, objectRef, responseStatus } = entry.parse(JSON.parse(line));
    const { code } = responseStatus ?? { code: openEnd };
    const isRefused = code >= 300 && code < openEnd;
    if (!writing.has(verb) || isRefused || objectRef === undefined || ['leases', 'events'].includes(objectRef.resource))
      return [];
    const { resource, name, subresource } = objectRef;
    const what = [`${verb} ${resource}`, subresource].filter(Boolean).join('/');
    return [{ user: user.username, what, name, isAnswered: code < 300 }];
  });
}
