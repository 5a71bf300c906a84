import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateAuthority, signingKeys, type KeyPair } from './certificate-authority.ts';
import { kubeconfig, plainKubeconfig } from './kubeconfig.ts';
import type { Layout } from './program-arguments.ts';

/** What proves who is who in one control plane. */
export interface Credentials {
  readonly authority: CertificateAuthority;
  /** A member of system:masters. */
  readonly admin: KeyPair;
}

/** Writes the files that the programs' arguments name, and the kubeconfig of the controller manager. */
export async function createCredentials(layout: Layout): Promise<Credentials> {
  const authority = await CertificateAuthority.create();
  const server = await authority.serverPair([
    { type: 'dns', value: 'localhost' },
    { type: 'dns', value: 'kubernetes.default.svc' },
    // A control-plane endpoint's, as clusters have one for kubelets; it leads nowhere here.
    { type: 'dns', value: 'control-plane.example.org' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: firstAddress(layout.serviceClusterIPRange) },
  ]);
  await writeSecret(layout, 'ca.crt', authority.certificate);
  await writeSecret(layout, 'server.crt', server.certificate);
  await writeSecret(layout, 'server.key', server.key);
  const serviceAccounts = await signingKeys();
  await writeSecret(layout, 'service-accounts.key', serviceAccounts.privateKey);
  await writeSecret(layout, 'service-accounts.pub', serviceAccounts.publicKey);
  await writeKubeconfig(layout, authority, { file: 'controller-manager', user: 'system:kube-controller-manager' });
  return { authority, admin: await authority.clientPair('admin', ['system:masters']) };
}

/** A kubeconfig file in the control plane's folder for a user of this name; returns its path. */
export async function writeKubeconfig(
  layout: Layout,
  authority: CertificateAuthority,
  { file, user, groups = [] }: { readonly file: string; readonly user: string; readonly groups?: readonly string[] },
): Promise<string> {
  const pair = await authority.clientPair(user, groups);
  const server = serverOf(layout);
  return writeSecret(layout, `${file}.kubeconfig`, kubeconfig(server, authority.certificate, user, pair));
}

/** A kubeconfig file for a server that asks nobody who they are, such as a proxy; returns its path. */
export async function writePlainKubeconfig(layout: Layout, server: string): Promise<string> {
  return writeSecret(layout, `proxy-${new URL(server).port}.kubeconfig`, plainKubeconfig(server));
}

/** Where the API server answers. */
export function serverOf(layout: Layout): string {
  return `https://127.0.0.1:${layout.ports.apiServer}`;
}

async function writeSecret(layout: Layout, file: string, text: string): Promise<string> {
  const path = join(layout.directory, file);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

/** The API server gives the first address of its range to the Service `kubernetes`. */
function firstAddress(range: string): string {
  const [network = ''] = range.split('/');
  return network.replace(/\d+$/, (last) => String(Number(last) + 1));
}
