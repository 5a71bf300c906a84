/** An issuer of cert-manager. */
export interface IssuerReference {
  readonly name: string;
  /** `Issuer`, in the operator's namespace, or `ClusterIssuer`; other kinds are those of external issuers. */
  readonly kind: string;
  readonly group: string;
}

/** Fills in what is usually left out of a reference to an issuer. */
export function issuerReference({
  name,
  kind = 'Issuer',
  group = 'cert-manager.io',
}: {
  readonly name: string;
  readonly kind?: string | undefined;
  readonly group?: string | undefined;
}): IssuerReference {
  return { name, kind, group };
}
