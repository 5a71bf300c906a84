import { quantityInBillionths } from './quantity.ts';

/**
 * Lists that server-side apply merges by key, with the fields that make the key (`x-kubernetes-list-map-keys` of the API).
 * Others may add items to them; every other list is one value.
 */
const mergedLists: Readonly<Record<string, readonly string[]>> = {
  conditions: ['type'],
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  ports: ['containerPort', 'port', 'protocol'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
};

/** Fields whose values, or whose members' values, the API keeps as quantities and writes in its own form. */
const quantityMaps = new Set(['limits', 'requests', 'capacity', 'hard', 'allocatable', 'overhead']);
const quantityFields = new Set(['sizeLimit', 'divisor']);

/** What the API leaves out of its answers, except from maps whose members are somebody's own texts. */
const zeroValues = new Set<unknown>(['', 0, false]);
const textMaps = new Set(['annotations', 'binaryData', 'data', 'labels', 'matchLabels', 'nodeSelector', 'stringData']);

/**
 * Whether the live object has everything the desired one says, in the API's own reading: quantities are equal as numbers,
 * absent and empty are the same, and what others or the API's defaults added does not count.
 *
 * @example covers({ cpu: '0.5' }, …) within `limits` holds for a live `500m`
 */
export function covers(desired: unknown, live: unknown): boolean {
  return coversField(desired, live, '', '');
}

function coversField(desired: unknown, live: unknown, field: string, parent: string): boolean {
  if (isEmpty(desired)) return isEmpty(live) || (isRecord(desired) && isRecord(live));
  if (Array.isArray(desired)) return Array.isArray(live) && coversList(desired, live, field);
  if (isRecord(desired)) {
    return (
      isRecord(live) && Object.entries(desired).every(([name, value]) => coversField(value, live[name], name, field))
    );
  }
  if (desired === live) return true;
  if (live === undefined) return zeroValues.has(desired) && !textMaps.has(parent);
  if (!quantityFields.has(field) && !quantityMaps.has(parent)) return false;
  const wanted = quantityInBillionths(desired);
  return wanted !== undefined && wanted === quantityInBillionths(live);
}

function coversList(desired: readonly unknown[], live: readonly unknown[], field: string): boolean {
  if (field === 'finalizers') return desired.every((item) => live.includes(item));
  const keys = mergedLists[field];
  if (keys === undefined) {
    return desired.length === live.length && desired.every((item, index) => coversField(item, live[index], '', field));
  }
  return desired.every((item) =>
    live.some((candidate) => hasKeyOf(item, candidate, keys) && coversField(item, candidate, '', field)),
  );
}

/** The key fields that the desired item names must be the same; the others have defaults (`protocol`). */
function hasKeyOf(desired: unknown, live: unknown, keys: readonly string[]): boolean {
  if (!isRecord(desired) || !isRecord(live)) return desired === live;
  return keys.every((key) => desired[key] === undefined || desired[key] === live[key]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}
