// `ns`, which containerd adds, is for mirrors like this one and not for upstreams. What `last` holds is the upstream's
// business (not always a tag), but it is short and printable.
const parameters = { n: /^\d{1,6}$/, last: /^[!-~]{1,512}$/, artifactType: /^[!-~]{1,255}$/ } as const;

/** The part of a listing's query that goes on to the upstream; undefined when something in it cannot be right. */
export function listingQuery(query: URLSearchParams): URLSearchParams | undefined {
  const kept = new URLSearchParams();
  for (const [name, pattern] of Object.entries(parameters)) {
    const [value, ...more] = query.getAll(name);
    if (value === undefined) continue;
    if (more.length > 0 || !pattern.test(value)) return undefined;
    kept.set(name, value);
  }
  return kept;
}
