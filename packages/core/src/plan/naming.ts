/** Names of a mirror's objects. Existing installations carry them, so they are never changed. */
export interface MirrorNames {
  /** The Service, and the StatefulSet behind it. */
  readonly service: string;
  readonly headlessService: string;
  readonly statefulSet: string;
  readonly daemonSet: string;
  readonly disruptionBudget: string;
  readonly networkPolicy: string;
  readonly configSecret: string;
  /** The serving certificate: made here, copied from a user's Secret, or cert-manager's. */
  readonly certificateSecret: string;
  /** The copy of cert-manager's that is served. */
  readonly servingSecret: string;
  /** The request to cert-manager. */
  readonly certificate: string;
}

/** The names of the objects of one mirror. */
export function namesOf(mirror: string): MirrorNames {
  const full = `registry-mirror-${mirror}`;
  return {
    service: full,
    headlessService: `${full}-headless`,
    statefulSet: full,
    daemonSet: `${full}-utils`,
    disruptionBudget: full,
    networkPolicy: full,
    configSecret: `${full}-secret`,
    certificateSecret: `${full}-tls`,
    servingSecret: `${full}-serving`,
    certificate: full,
  };
}

const prefix = namesOf('').service;
const suffixes = new Set(Object.values(namesOf('')).map((name: string) => name.slice(prefix.length)));

/** The mirrors that would call an object of theirs so, if they existed: several, as mirrors may be called `x` and `x-utils`. */
export function mirrorsNaming(object: string): readonly string[] {
  if (!object.startsWith(prefix)) return [];
  return [...suffixes]
    .filter((suffix) => object.endsWith(suffix) && object.length > prefix.length + suffix.length)
    .map((suffix) => object.slice(prefix.length, object.length - suffix.length));
}

const { configSecret, certificateSecret, servingSecret } = namesOf('');
const secretSuffixes = [configSecret, certificateSecret, servingSecret].map((name) => name.slice(prefix.length));

/** Whether a mirror, if it existed, would have a Secret of this name, which is nobody else's to use. */
export function isMirrorSecret(name: string): boolean {
  return name.startsWith(prefix) && secretSuffixes.some((end) => name.slice(prefix.length + 1).endsWith(end));
}

/** The volume of each replica with what is cached. */
export const storeVolume = 'image-store';

/** The claim of a replica: so the StatefulSet's controller names it. */
export function storeClaim(mirror: string, replica: number): string {
  return `${storeVolume}-${namesOf(mirror).statefulSet}-${replica}`;
}

/** The mirror, if it existed, that a replica with a claim of this name would be of. */
export function mirrorOfClaim(claim: string): string | undefined {
  return new RegExp(`^${storeVolume}-${prefix}(.+)-\\d+$`).exec(claim)?.[1];
}

/** Whether a claim of this name is that of a mirror's replica. */
export function isStoreClaim(claim: string, mirror: string): boolean {
  return mirrorOfClaim(claim) === mirror;
}

/** The Lease whose holder is the operator that works. */
export const leaseName = 'entrepot-operator';

/** The Secret with the CA that signs the mirrors' serving certificates. */
export const authoritySecretName = 'entrepot-ca';

/** Port of the registry container; Services reach it by this name. */
export const registryPort = { name: 'https', containerPort: 5000 } as const;

/** Names of things of one sort: the first has none but the sort's, so that one alone is called as it always was. */
export function numbered(sort: string, index: number): string {
  return index === 0 ? sort : `${sort}-${index}`;
}
