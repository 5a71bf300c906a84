import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../settings/environment.ts';
import type { Connection } from './connection.ts';

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The API server as a pod sees it, and the pod's service account.
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 *
 * @returns undefined outside a cluster
 */
export function inClusterConnection(environment: Environment, folder = serviceAccount): Connection | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (!host || !port) return undefined;
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    credentials: async () => ({
      tls: { ca: await readFile(join(folder, 'ca.crt')) },
      token: (await readFile(join(folder, 'token'), 'utf8')).trim(),
    }),
  };
}
