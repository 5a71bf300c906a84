import type { KeyPair } from './certificate-authority.ts';

/** The text of a kubeconfig with one cluster, one user and everything inline; JSON is YAML. */
export function kubeconfig(server: string, certificateAuthority: string, user: string, pair: KeyPair): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'entrepot', cluster: { server, 'certificate-authority-data': base64(certificateAuthority) } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(pair.certificate), 'client-key-data': base64(pair.key) },
      },
    ],
    contexts: [{ name: 'entrepot', context: { cluster: 'entrepot', user } }],
    'current-context': 'entrepot',
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
