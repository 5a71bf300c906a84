import { isIP } from 'node:net';
import type { MirrorSettings } from '../settings.ts';
import { namesOf } from './naming.ts';

/** Where a mirror's serving certificate comes from. */
export type CertificateChoice =
  | { readonly source: 'own'; readonly secretName: string; readonly names: readonly string[] }
  | { readonly source: 'user'; readonly secretName: string };

/**
 * A user's certificate serves where the mirror is named by host names alone; nobody's certificate, however, is valid for
 * a cluster IP that was handed out a moment ago, so such a mirror gets one of our own.
 *
 * @param servingNames what strategies want the certificate to be valid for
 */
export function chooseCertificate(
  mirror: string,
  servingNames: readonly string[],
  settings: MirrorSettings,
): CertificateChoice {
  const names = namesOf(mirror);
  if (settings.certificateSecret !== undefined && servingNames.every((name) => isIP(name) === 0)) {
    return { source: 'user', secretName: settings.certificateSecret };
  }
  const inCluster = `${names.service}.${settings.namespace}.svc`;
  const own = [
    names.service,
    `${names.service}.${settings.namespace}`,
    inCluster,
    `${inCluster}.${settings.clusterDomain}`,
  ];
  return {
    source: 'own',
    secretName: names.certificateSecret,
    names: [...new Set([...servingNames, ...own])].sort(),
  };
}
