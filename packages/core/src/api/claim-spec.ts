import type { RawMirrorSpec } from './registry-mirror-spec.ts';

/** A PersistentVolumeClaim's spec, complete. */
export interface ClaimSpec {
  readonly accessModes: readonly string[];
  readonly resources: { readonly requests: { readonly storage: string | number } };
  readonly [field: string]: unknown;
}

const defaultStorage = '20Gi';

/**
 * The spec of the mirror's claims: what the user wrote, with defaults for what is missing. Keys in snake_case, which
 * old objects carry, become those of Kubernetes.
 */
export function claimSpec(template: RawMirrorSpec['volumeClaimTemplate']): ClaimSpec {
  const { accessModes, resources, ...rest }: Record<string, unknown> = camelCased(template?.spec ?? {});
  const requests = recordOf(recordOf(resources)['requests']);
  const storage = requests['storage'];
  return {
    ...rest,
    accessModes: Array.isArray(accessModes) && accessModes.length > 0 ? accessModes.map(String) : ['ReadWriteOnce'],
    resources: {
      ...recordOf(resources),
      requests: {
        ...requests,
        storage: typeof storage === 'string' || typeof storage === 'number' ? storage : defaultStorage,
      },
    },
  };
}

function camelCased(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(spec).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
