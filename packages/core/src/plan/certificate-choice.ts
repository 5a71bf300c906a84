import { isIP } from 'node:net';
import { readCertificate, uncoveredNames } from '../certificates/serving-certificate.ts';
import { textsOf } from '../certificates/secret-texts.ts';
import { Secret } from '../api/group.ts';
import type { IssuerReference } from '../api/issuer-reference.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import { namesOf } from './naming.ts';
import type { ValidMirror } from './survey.ts';

/** Where a mirror's serving certificate comes from, and what it is for. */
export type CertificateChoice = CertificateSource & {
  /** The Secret that the mirror's pods serve from, and nodes get their trust from. */
  readonly secretName: string;
  /** The names and addresses by which nodes and pods call the mirror. */
  readonly servingNames: readonly string[];
  /** What a certificate is made for, where it is made for this mirror: those, and the names of its Service. */
  readonly names: readonly string[];
  /** Whether nodes are to trust the mirror. */
  readonly isForNodes: boolean;
  /** Whether a strategy could not say what it wants: what is served is then left alone. */
  readonly isTentative: boolean;
};

type CertificateSource =
  | { readonly source: 'own' }
  /** A Secret of somebody else's, which is copied when nodes trust what is in it. */
  | {
      readonly source: 'user';
      readonly givenSecret: string;
      /** The field or variable that names it. */
      readonly givenBy: string;
    }
  | { readonly source: 'issuer'; readonly givenSecret: string; readonly issuer: IssuerReference };

/**
 * What spec.tls says; else the operator's Secret, where it can be used: nobody's certificate is valid for a cluster IP that was
 * handed out a moment ago. Then the operator's issuer, and at last our own CA.
 */
export function chooseCertificate(
  { object, spec, strategies }: ValidMirror,
  state: ClusterState,
  settings: MirrorSettings,
): CertificateChoice {
  const { namespace, clusterDomain } = settings;
  const contributions = strategies.flatMap(({ contribution }) => contribution ?? []);
  const servingNames = [...new Set(contributions.flatMap(({ servingNames }) => servingNames ?? []))];
  const names = namesOf(object.metadata.name);
  const inCluster = `${names.service}.${namespace}.svc`;
  const ofService = [names.service, `${names.service}.${namespace}`, inCluster, `${inCluster}.${clusterDomain}`];
  const source = sourceOf(spec.tls, servingNames, names.certificateSecret, state, settings);
  return {
    ...source,
    secretName: source.source === 'issuer' ? names.servingSecret : names.certificateSecret,
    servingNames,
    names: [...new Set([...servingNames, ...ofService])].sort(),
    isForNodes: contributions.some(({ node }) => node?.some(({ kind }) => kind === 'TrustedCA')),
    isTentative: strategies.some(({ status }) => status.state === 'failed'),
  };
}

function sourceOf(
  tls: ValidMirror['spec']['tls'],
  servingNames: readonly string[],
  certificateSecret: string,
  state: ClusterState,
  settings: MirrorSettings,
): CertificateSource {
  const ofUser = (givenSecret: string, givenBy: string) => ({ source: 'user', givenSecret, givenBy }) as const;
  if (tls?.secretName !== undefined) return ofUser(tls.secretName, 'spec.tls.secretName');
  const ofIssuer = (issuer: IssuerReference) => ({ source: 'issuer', givenSecret: certificateSecret, issuer }) as const;
  if (tls?.issuerRef !== undefined) return ofIssuer(tls.issuerRef);
  const { certificateSecret: ofAll, certificateIssuer, namespace } = settings;
  if (ofAll !== undefined && isUsable({ namespace, name: ofAll }, servingNames, state)) {
    return ofUser(ofAll, 'DOCKER_CERTIFICATE_SECRET');
  }
  return certificateIssuer === undefined ? { source: 'own' } : ofIssuer(certificateIssuer);
}

function isUsable(
  key: { readonly namespace: string; readonly name: string },
  servingNames: readonly string[],
  state: ClusterState,
): boolean {
  const addresses = servingNames.filter((name) => isIP(name) !== 0);
  if (addresses.length === 0) return true;
  const secret = state.get(Secret, key);
  const facts = secret && readCertificate(textsOf(secret)['tls.crt'] ?? '');
  return facts !== undefined && uncoveredNames(facts, addresses).length === 0;
}
