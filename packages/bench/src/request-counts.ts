import type { AuditedRequest } from '@entrepot/control-plane';

/** What a program asked the API server for, sorted by what it costs. */
export interface RequestCounts {
  /** Everything that changes objects, status included; Events and the Lease left out. */
  readonly writes: readonly AuditedRequest[];
  /** Reads of single objects, the Lease left out. */
  readonly gets: readonly AuditedRequest[];
  readonly lists: readonly AuditedRequest[];
  /** Lists that ask for everything at once. */
  readonly unpagedLists: readonly AuditedRequest[];
}

const reading = new Set(['get', 'list', 'watch']);
const leftOut = new Set(['leases', 'events', '']);

/** Sorts requests. Pure. */
export function countRequests(requests: readonly AuditedRequest[]): RequestCounts {
  const counted = requests.filter(({ resource }) => !leftOut.has(resource));
  const lists = counted.filter(({ verb }) => verb === 'list');
  return {
    writes: counted.filter(({ verb }) => !reading.has(verb)),
    gets: counted.filter(({ verb }) => verb === 'get'),
    lists,
    unpagedLists: lists.filter(({ path }) => !path.includes('limit=')),
  };
}

/** How many requests of each kind, as `patch secrets: 200`, the most frequent first. */
export function tally(requests: readonly AuditedRequest[]): string {
  const kinds = Map.groupBy(requests, ({ verb, resource, subresource }) =>
    subresource === '' ? `${verb} ${resource}` : `${verb} ${resource}/${subresource}`,
  );
  return [...kinds]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([kind, { length }]) => `${kind}: ${length}`)
    .join(', ');
}
