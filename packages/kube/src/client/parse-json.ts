/**
 * The one place where JSON of the API server becomes a typed value. It is the server's word, checked by its schema;
 * the caller says what it asked for.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- reads better than an `as` at each use
export function parseJSON<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parsed edge
  return JSON.parse(text) as T;
}
