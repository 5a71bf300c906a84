/** They end by themselves, or the API server and its controllers keep them for themselves. */
const passing = /^(Event |EndpointSlice |Lease kube-)/;

/**
 * `Kind namespace/name` of every object of a cluster, of all kinds that can be listed, in order.
 *
 * @param kubectl runs kubectl on that cluster with these words, and returns what it prints
 */
export async function allObjects(kubectl: (words: readonly string[]) => Promise<string>): Promise<readonly string[]> {
  const kinds = (await kubectl(['api-resources', '--verbs=list', '-o', 'name'])).trim().split('\n');
  const line = '{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}';
  const lines = await kubectl(['get', kinds.join(','), '-A', '-o', `jsonpath={range .items[*]}${line}{end}`]);
  return lines
    .trim()
    .split('\n')
    .filter((found) => !passing.test(found))
    .sort();
}
