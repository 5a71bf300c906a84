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

/** A write that the API server did, whether or not its client lived to hear of it. */
export interface Write {
  readonly user: string;
  /** As in `patch registrymirrors/status`. */
  readonly what: string;
  readonly name: string;
}

const writing = new Set(['create', 'update', 'patch', 'delete']);

/** What an audit log says of writes, in their order; Leases and Events do not count. */
export async function writesIn(auditLog: string): Promise<readonly Write[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n').slice(0, -1);
  return lines.flatMap((line) => {
    const { verb, user, objectRef, responseStatus } = entry.parse(JSON.parse(line));
    const isDone = writing.has(verb) && (responseStatus?.code ?? 500) < 300;
    if (!isDone || objectRef === undefined || ['leases', 'events'].includes(objectRef.resource)) return [];
    const { resource, name, subresource } = objectRef;
    return [{ user: user.username, what: [`${verb} ${resource}`, subresource].filter(Boolean).join('/'), name }];
  });
}
