import { issuerReference, parseDuration } from '@entrepot/core';
import { z } from 'zod';
import { LiteralError, parseLiteral } from './literal.ts';

/** The message of an issue that says no more than the setting itself, which tells what it wants. */
export const notWanted = 'not what is wanted';

/** Text of one form. */
const text = (form: RegExp) => z.string().regex(form, notWanted);

/** A namespace, after the API's rule for DNS labels (RFC 1123). */
export const dnsLabel = text(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

// Without looking ahead: the chart's schema has it too, and Helm's regular expressions cannot.
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const longestSubdomain = 253;

/** The name of a Secret, ConfigMap or PriorityClass, and also a DNS domain. */
export const objectName = text(subdomain).max(longestSubdomain, notWanted);

export const scheme = text(/^[a-z][-a-z0-9]*$/);

/** `ghcr.io`, `localhost:5000`, `registry.example.com/cache`; a slash at the end is dropped. */
export const registry = text(/^[a-zA-Z0-9][-a-zA-Z0-9.]*(:\d+)?(\/[a-z0-9][-._a-z0-9]*)*\/?$/).transform((value) =>
  value.replace(/\/$/, ''),
);

export const repository = text(/^[a-z0-9][-._a-z0-9]*(\/[a-z0-9][-._a-z0-9]*)*$/);

export const tag = text(/^\w[-.\w]{0,127}$/);

/** A whole image reference, with an optional registry, tag and digest. */
export const image = text(
  /^([a-zA-Z0-9][-.a-zA-Z0-9]*(:\d+)?\/)?[a-z0-9][-._a-z0-9]*(\/[a-z0-9][-._a-z0-9]*)*(:\w[-.\w]{0,127})?(@sha256:[0-9a-f]{64})?$/,
);

/** `name`, `Issuer/name` or `ClusterIssuer/name`: the kinds of cert-manager's own group. */
export const issuer = text(/^((Cluster)?Issuer\/)?[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/).transform((value) => {
  const [name = '', kind] = value.split('/').reverse();
  return issuerReference({ name, kind });
});

export const seconds = text(/^(\d+\.?\d*|\.\d+)$/).transform(Number);

const longestSeconds = 30 * 86_400;

/** In milliseconds, 30 days at most: with more, times lie beyond what dates and timers can hold. */
export const durationMs = text(/^\d+[smhd]$/)
  .transform(parseDuration)
  .pipe(z.number(notWanted).max(longestSeconds, notWanted))
  .transform((inSeconds) => inSeconds * 1000);

export const port = text(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value <= 65_535, notWanted);

export const ipAddress = z.union([z.ipv4(), z.ipv6()], notWanted);

export const absolutePath = text(/^\/.*[^/]$/);

export const onOff = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['on', 'off', 'true', 'false'], notWanted))
  .transform((value) => value === 'on' || value === 'true');

export const logLevel = text(/^(debug|info|warn|error)$/i)
  .toLowerCase()
  .pipe(z.enum(['debug', 'info', 'warn', 'error'], notWanted));

export const mapSeparator = z.enum(['::', ':'], notWanted);

/** Parts between commas, trimmed; empty ones are dropped. */
const parts = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

export const objectNames = parts.pipe(
  z.array(
    z.string().refine((name) => subdomain.test(name) && name.length <= longestSubdomain, {
      error: ({ input }) => `"${String(input)}" is no object name`,
    }),
  ),
);

export const specifiers = parts;

/** A Python literal or JSON. */
const literal = z.string().transform((value, context): unknown => {
  try {
    return parseLiteral(value);
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    context.addIssue(error.message);
    return z.NEVER;
  }
});

const labelName = /^([a-z0-9]([-.a-z0-9]*[a-z0-9])?\/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;
const labelValue = /^([a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)?$/;

/** Labels; the API's rules for their names and values. */
export const labels = literal
  .pipe(z.record(z.string(), z.string('the value of a label is text in quotes'), 'this is no dictionary'))
  .superRefine((value, context) => {
    for (const [name, label] of Object.entries(value)) {
      if (!labelName.test(name))
        context.addIssue({ code: 'custom', path: [name], message: 'no label has such a name' });
      if (!labelValue.test(label))
        context.addIssue({ code: 'custom', path: [name], message: `"${label}" is no label value` });
    }
  });

/** The labels that select a mirror's pods: Services and workloads would lose their pods if they changed. */
const selectorLabels = ['app', 'mirror', 'component'];

export const podLabels = labels.superRefine((value, context) => {
  for (const name of selectorLabels.filter((label) => label in value))
    context.addIssue({
      code: 'custom',
      path: [name],
      message: "this label selects a mirror's pods and cannot be changed",
    });
});

const fieldsOfToleration = z.strictObject({
  key: z.string().exactOptional(),
  operator: z.enum(['Exists', 'Equal']).exactOptional(),
  value: z.string().exactOptional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).exactOptional(),
  tolerationSeconds: z.int().exactOptional(),
});

/** What the API refuses in pods, where users would hear of it much later. */
const toleration = fieldsOfToleration.superRefine((given, context) => {
  const { key = '', operator = 'Equal', value = '', effect, tolerationSeconds } = given;
  const refuse = (field: keyof typeof given, message: string): void =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (key === '' && operator === 'Equal') refuse('operator', "is 'Exists' where there is no key");
  if (key !== '' && !labelName.test(key)) refuse('key', 'no taint has such a key');
  if (operator === 'Exists' && value !== '') refuse('value', "is left out where the operator is 'Exists'");
  if (!labelValue.test(value)) refuse('value', `"${value}" is no value of a taint`);
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    refuse('tolerationSeconds', "needs the effect 'NoExecute'");
  }
});

/** Older settings spell the one field of two words as Python does, and nothing as None. */
const camelCase = z.record(z.string(), z.unknown(), 'a toleration is a dictionary').transform((fields) =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name === 'toleration_seconds' ? 'tolerationSeconds' : name, value]),
  ),
);

export const tolerations = literal.pipe(z.array(camelCase.pipe(toleration), 'this is no list'));

export const resourcesWanted =
  "requests and limits, such as {'requests': {'cpu': '100m', 'memory': '64Mi'}, 'limits': {'memory': '128Mi'}}";

const quantity = z
  .union([z.string(), z.number().transform(String)], 'this is no quantity')
  .refine((text) => /^\d+(\.\d+)?(m|k|[KMGTPE]i?)?$/.test(text), 'this is no quantity');

const resourceList = z
  .strictObject({
    cpu: quantity.exactOptional(),
    memory: quantity.exactOptional(),
    'ephemeral-storage': quantity.exactOptional(),
  })
  .exactOptional();

/** Requests and limits of a container; what is left out is neither requested nor limited. */
export const resources = literal.pipe(z.strictObject({ requests: resourceList, limits: resourceList }));

export const settingsByStrategy = literal.pipe(
  z.record(
    z.string(),
    z.record(z.string(), z.unknown(), "a strategy's settings are a dictionary"),
    'this is no dictionary',
  ),
);
