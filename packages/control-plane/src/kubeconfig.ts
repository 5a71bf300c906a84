import type { KeyPair } from './certificate-authority.ts';

/** The text of a kubeconfig with one cluster, one user and everything inline. */
export function kubeconfig(server: string, certificateAuthority: string, user: string, pair: KeyPair): string {
  return configText({ server, 'certificate-authority-data': base64(certificateAuthority) }, user, {
    'client-certificate-data': base64(pair.certificate),
    'client-key-data': base64(pair.key),
  });
}

/** The text of a kubeconfig for a server without TLS, whose users need no name. */
export function plainKubeconfig(server: string): string {
  // Clients refuse plain HTTP without this word.
  return configText({ server, 'insecure-skip-tls-verify': true }, 'anybody', {});
}

/** JSON is YAML. */
function configText(cluster: object, user: string, credentials: object): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'entrepot', cluster }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name: 'entrepot', context: { cluster: 'entrepot', user } }],
    'current-context': 'entrepot',
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
