import { createHash } from 'node:crypto';
import { eventually } from '@entrepot/control-plane';
import { expect } from 'vitest';
import { constrainedAuthority, createAuthority, readAuthority } from '../../src/certificates/authority.ts';
import { textsOf } from '../../src/certificates/secret-texts.ts';
import { signServingCertificate } from '../../src/certificates/serving-certificate.ts';
import { DaemonSet, Secret } from '../../src/index.ts';
import { like } from './matching.ts';
import type { Cluster } from './operator.ts';

/** The Secret that the mirror `quay` serves from, where nothing else is said. */
export const serving = 'registry-mirror-quay-tls';

/** The data of a Secret; empty where it does not exist. */
export async function secretTexts(cluster: Cluster, name = serving): Promise<Readonly<Record<string, string>>> {
  const secret = await cluster.client.get(Secret, { namespace: cluster.namespace, name });
  return secret === undefined ? {} : textsOf(secret);
}

/** Does what nodes do when their agents are done: the DaemonSet as it is now is said to be ready everywhere. */
export async function nodesAgree(cluster: Cluster, secret = serving): Promise<void> {
  await eventually(async () => {
    const { 'ca.crt': bundle = '' } = await secretTexts(cluster, secret);
    const key = { namespace: cluster.namespace, name: 'registry-mirror-quay-utils' };
    const daemonSet = await cluster.client.get(DaemonSet, key);
    expect(JSON.stringify(daemonSet?.['spec'])).toContain(createHash('sha256').update(bundle).digest('hex'));
    await cluster.nodesAnswer('quay', 3);
  });
}

/** Resolves when the mirror `quay` says this of its certificate. */
export async function certificateReady(cluster: Cluster, says: RegExp): Promise<void> {
  await eventually(async () => expect((await cluster.conditions('quay'))['CertificateReady']).toEqual(like(says)));
}

/** A Secret as users make it: a certificate that signed itself, for the mirror's name. */
export async function selfMade(
  name = 'mirror-quay.io',
): Promise<{ readonly 'tls.crt': string; readonly 'tls.key': string }> {
  const authority = await readAuthority(await createAuthority(Date.now(), 'CN=Theirs'));
  const { certificate, key } = await signServingCertificate(authority, [name], Date.now());
  return { 'tls.crt': `${certificate}${await constrainedAuthority(authority, [name])}`, 'tls.key': key };
}

/** Makes a user's Secret. */
export async function giveSecret(cluster: Cluster, name: string, stringData: object): Promise<void> {
  const metadata = { namespace: cluster.namespace, name };
  await cluster.client.create({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', stringData });
}
