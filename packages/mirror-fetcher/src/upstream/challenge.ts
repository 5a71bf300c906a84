/** What an upstream asks for in WWW-Authenticate. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      /** Address of the token service. */
      readonly realm: string;
      readonly service: string | undefined;
      /** Undefined when the upstream leaves the choice to us. */
      readonly scope: string | undefined;
    };

/**
 * The first challenge of a header that we can meet, Bearer before Basic.
 * Grammar: https://www.rfc-editor.org/rfc/rfc9110#field.www-authenticate,
 * parameters: https://distribution.github.io/distribution/spec/auth/token/
 */
export function parseChallenge(header: string): Challenge | undefined {
  const bearer = /(?:^|,\s*)bearer\s+(?<parameters>.*)$/is.exec(header)?.groups?.parameters;
  if (bearer !== undefined) {
    const { realm, service, scope } = parametersOf(bearer);
    if (realm !== undefined) return { scheme: 'bearer', realm, service, scope };
  }
  return /(?:^|,\s*)basic(?:\s|$)/i.test(header) ? { scheme: 'basic' } : undefined;
}

// Values are quoted, with backslash escapes, or plain tokens. Parameters of a challenge that follows come later and lose.
function parametersOf(text: string): Partial<Record<string, string>> {
  const found: Partial<Record<string, string>> = {};
  for (const { groups } of text.matchAll(
    /(?<name>[\w-]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^\s,"]+))/g,
  )) {
    const name = groups?.name?.toLowerCase() ?? '';
    found[name] ??= groups?.quoted?.replaceAll(/\\(.)/g, '$1') ?? groups?.plain ?? '';
  }
  return found;
}
