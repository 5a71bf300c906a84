import type { PodLayout } from '../template/contract.ts';
import { registryPort } from './naming.ts';

/** Where things lie in a mirror's pod, relative to `/`. */
export const podLayout: PodLayout = {
  port: registryPort.containerPort,
  config: 'etc/nginx/conf.d',
  servingCertificate: 'etc/registry-certs',
  publicCertificate: 'etc/public-certificate/tls.crt',
  store: 'var/lib/registry',
  sockets: 'run/mirror',
  scratch: 'run/scratch',
  credentials: 'etc/upstream-credentials',
  upstreamCAs: 'etc/upstream-certs/ca-certificates.crt',
};
