import type { TemplateInput } from '@entrepot/core';
import { z } from 'zod';

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const name = `${label}(?:\\.${label})*`;

/** `host[:port]` in lower case. */
const host = z.string().regex(new RegExp(`^${name}(?::[0-9]{1,5})?$`), 'must be host[:port] in lower case');
const hostSet = z.string().regex(new RegExp(`^(?:\\*\\.)?${name}$`), 'must be a host, or *. and a host');
const relativePath = z
  .string()
  .regex(
    /^(?!\.\.?(?:\/|$))[\w.-]+(?:\/(?!\.\.?(?:\/|$))[\w.-]+)*$/,
    'must be a relative path of letters, digits, . _ -',
  );
const seconds = z.int().min(0);

/**
 * What may stand in a rendered file. The values were validated when the mirror was read; they are checked again here
 * because a text that reaches nginx's configuration unchecked could add directives to it.
 */
const schema = z.object({
  mirror: z.object({
    name: z.string().regex(new RegExp(`^${name}$`), 'must be a name of Kubernetes'),
    masqueradeHost: host,
  }),
  ipFamilies: z.array(z.enum(['IPv4', 'IPv6'])),
  upstream: z.object({
    host,
    plainHTTP: z.boolean(),
    redirectHosts: z.array(hostSet),
    tokenHosts: z.array(hostSet),
    hasCredentials: z.boolean(),
    hasCABundle: z.boolean(),
  }),
  cache: z.object({ tagTTLSeconds: seconds, staleIfErrorSeconds: seconds, maxSizeBytes: z.int().min(1) }),
  layout: z.object({
    port: z.int().min(1).max(65_535),
    config: relativePath,
    servingCertificate: relativePath,
    publicCertificate: relativePath,
    store: relativePath,
    sockets: relativePath,
    scratch: relativePath,
    credentials: relativePath,
    upstreamCAs: relativePath,
  }),
}) satisfies z.ZodType<TemplateInput>;

/**
 * The input as it came, if it can be written into configuration files.
 *
 * @throws Error that names each refused field, its value and what it must be
 */
export function checkedInput(input: TemplateInput): TemplateInput {
  const checked = schema.safeParse(input, { reportInput: true });
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map(
    (issue) => `${issue.path.join('.')} ${issue.message}, not ${JSON.stringify(issue.input)}`,
  );
  throw new Error(`cannot be written into a configuration: ${problems.join('; ')}`);
}
