/** Where the API of a public registry is, if not at its name. */
const apiHosts: ReadonlyMap<string, string> = new Map([['docker.io', 'registry-1.docker.io']]);

/** The host that answers for an upstream: its own name, but for those known to answer elsewhere. */
export function apiHost(upstreamHost: string): string {
  return apiHosts.get(upstreamHost) ?? upstreamHost;
}
