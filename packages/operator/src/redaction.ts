const censored = '[redacted]';

/** Names of fields whose values are secret wherever they stand. */
const secretName =
  /^(.*password|.*passwd|.*token|authorization|proxy-authorization|cookie|set-cookie|.*\.key|.*private-?key.*|client-?key(-?data)?)$/i;

/** Secrets that stand in running text: credentials of a header, keys in PEM, user and password in a URL. */
const secretTexts: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic)\s+[-\w.~+/]{8,}=*/gi, `$1 ${censored}`],
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?(-----END \1-----|$)/g, censored],
  [/(\b[a-z][-+.a-z0-9]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, `$1${censored}@`],
];

/** A message without the secrets in it. */
export function redactedText(text: string): string {
  return secretTexts.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

/** A copy of anything that is about to be logged, without the secrets in it; errors become plain data. */
export function redacted(value: unknown): unknown {
  return copy(value, []);
}

function copy(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  const path = [...above, value];
  if (Array.isArray(value)) return value.map((item) => copy(item, path));
  if (value instanceof Error) return copy(errorFields(value), path);
  if (value instanceof Date) return value;
  const isSecret = 'kind' in value && value.kind === 'Secret';
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      secretName.test(name) || (isSecret && /^(data|stringData)$/.test(name)) ? censored : copy(field, path),
    ]),
  );
}

function errorFields(error: Error): object {
  const { stack, cause } = error;
  // An error's own properties, such as an HTTP status, stand beside those that every error has.
  const fields = { ...Object.fromEntries<unknown>(Object.entries(error)), name: error.name, message: error.message };
  return { ...fields, ...(stack !== undefined && { stack }), ...(cause !== undefined && { cause }) };
}
