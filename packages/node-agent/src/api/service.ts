/** What of a Service the agent looks at. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  /** Its cluster IPs, the primary one first; none for a headless or an external Service. */
  readonly addresses: readonly string[];
  /** Whether the operator says that agents which take their lines along may be on nodes still, beside those that keep them. */
  readonly isOverlapping: boolean;
}

/** Parses the JSON of a Service; what is missing is empty. */
export function parseService(value: unknown): Service {
  const metadata = field(value, 'metadata');
  const spec = field(value, 'spec');
  const addresses: unknown = field(spec, 'clusterIPs') ?? [field(spec, 'clusterIP')];
  return {
    namespace: text(field(metadata, 'namespace')),
    name: text(field(metadata, 'name')),
    addresses: (Array.isArray(addresses) ? addresses : []).map(text).filter((ip) => ip !== '' && ip !== 'None'),
    isOverlapping: text(field(field(metadata, 'annotations'), 'entrepot/overlapping-agents')) === 'true',
  };
}

/** The member of an object that came as JSON. */
export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** The text, or an empty one for what is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
