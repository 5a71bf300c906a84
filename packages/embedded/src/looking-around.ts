import { mirrorHost, mirrorName } from './mirror-manifest.ts';

/** What to try while everything is up. */
export interface Surroundings {
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly directory: string;
  readonly hostRoot: string;
  readonly crane: string;
  readonly image: string;
}

/** What `--keep` prints: command lines that work as they stand in another terminal. */
export function lookingAround({ kubectl, kubeconfig, directory, hostRoot, crane, image }: Surroundings): string {
  return [
    'Everything stays up until you press Ctrl-C. In another terminal:',
    '',
    `  export KUBECONFIG=${kubeconfig}`,
    `  alias kubectl=${kubectl}`,
    '  kubectl get registrymirrors',
    `  kubectl describe registrymirror ${mirrorName}`,
    `  kubectl get statefulset,daemonset,service,secret,pod -l mirror=${mirrorName}`,
    '  kubectl explain registrymirror.spec',
    '',
    `  cat ${hostRoot}/etc/hosts              # the node's hosts file`,
    `  tail ${directory}/node/pods/*/*.log    # logs of the pods; there is no kubelet for kubectl logs to ask`,
    '',
    '  # a pull as the node would make it',
    `  unshare ${process.getuid?.() === 0 ? '' : '--user --map-root-user '}--mount sh -c 'mount --bind ${hostRoot}/etc/hosts /etc/hosts &&`,
    `    SSL_CERT_DIR=${hostRoot}/etc/docker/certs.d/${mirrorHost} ${crane} manifest ${mirrorHost}/${image}'`,
    '',
    "Other RegistryMirrors can be applied and looked at, but their pods do not start: all pods share this machine's network,",
    `and port 5000 is that of mirror ${mirrorName}.`,
    '',
  ].join('\n');
}
