const label = '[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?';

/** `host[:port]`. A scheme and a closing slash are tolerated and taken off; valid in JavaScript, in RE2 and in CEL. */
export const registryHostPattern = `^(https?://)?${label}(\\.${label})*(:[0-9]{1,5})?/?$`;

/** A host without port; a leading `*.` stands for any subdomain. */
export const hostSetPattern = `^(\\*\\.)?${label}(\\.${label})*$`;

/** A registry's host as users write it, made uniform. */
export interface RegistryHost {
  /** `host[:port]`, in lower case, without scheme. */
  readonly host: string;
  /** The scheme that was taken off, if there was one. */
  readonly scheme?: string;
}

/** Parses `host[:port]`; undefined where it is something else. */
export function parseRegistryHost(text: string): RegistryHost | undefined {
  if (!new RegExp(registryHostPattern).test(text)) return undefined;
  const [scheme, rest] = text.includes('://') ? text.split('://', 2) : [undefined, text];
  const host = (rest ?? '').replace(/\/$/, '').toLowerCase();
  const port = host.split(':')[1];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return scheme === undefined ? { host } : { host, scheme };
}

/** The name alone, for hosts files and certificates. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}
