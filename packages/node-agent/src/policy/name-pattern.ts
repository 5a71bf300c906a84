/** Whether a text is a pattern of names: `example.com`, `*.example.com`, or `*`. */
export function isPattern(text: string): boolean {
  return /^(\*|(\*\.)?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?(\.[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*)$/i.test(text);
}

/** `example.com` is that name alone, `*.example.com` every name below it, `*` every name; case does not matter. */
export function matches(pattern: string, hostname: string): boolean {
  const [wanted, name] = [pattern.toLowerCase(), hostname.toLowerCase()];
  return wanted.startsWith('*') ? name.endsWith(wanted.slice(1)) : name === wanted;
}
