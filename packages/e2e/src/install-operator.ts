import { fileURLToPath } from 'node:url';
import type { Cluster } from './cluster/cluster.ts';
import type { ProductImages } from './product-images/product-images.ts';
import { runProgram } from './run-program.ts';

/** The namespace of the operator and of what it makes. */
export const namespace = 'mirrors';

const entrepot = fileURLToPath(new URL('../../operator/bin/entrepot.js', import.meta.url));

/**
 * `entrepot manifests | kubectl apply -f -`, as a user would, with agents and mirrors on every node; done when it runs.
 *
 * @param upstreamCA PEM text of an authority that mirrors trust at upstreams, beside the public ones
 */
export async function installOperator(cluster: Cluster, images: ProductImages, upstreamCA: string): Promise<void> {
  const bundle = 'upstream-authorities';
  const manifests = await runProgram(process.execPath, [entrepot, 'manifests', '--image', images.operator], {
    env: {
      NAMESPACE: namespace,
      NGINX_IMAGE: images.nginx,
      CA_CERTIFICATE_BUNDLE: bundle,
      SS_DS_TOLERATIONS: '[{"operator": "Exists"}]',
    },
  });
  await cluster.kubectl(['apply', '-f', '-'], manifests);
  await cluster.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: bundle, namespace },
    data: { 'ca-certificates.crt': upstreamCA },
  });
  await cluster.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/entrepot-operator', '--timeout=120s']);
}

/** Takes the operator away, and nothing else: what it made stays, and nobody looks after it. */
export async function removeOperator(cluster: Cluster): Promise<void> {
  await cluster.kubectl([
    '-n',
    namespace,
    'delete',
    'deployment/entrepot-operator',
    '--cascade=foreground',
    '--ignore-not-found',
  ]);
}
