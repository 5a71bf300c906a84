import type { Cluster } from './cluster/cluster.ts';
import { chartFolder, helm } from './helm.ts';
import type { ProductImages } from './product-images/product-images.ts';

/** The namespace of the operator and of what it makes. */
export const namespace = 'mirrors';

/** The name of the chart's release. */
export const releaseName = 'entrepot';

const bundle = 'upstream-authorities';

/**
 * Installs the chart, or renews what is installed, with mirrors on every node; done when the operator runs.
 *
 * @param upstreamCA PEM text of an authority that mirrors trust at upstreams, beside the public ones
 */
export async function installOperator(cluster: Cluster, images: ProductImages, upstreamCA: string): Promise<void> {
  await cluster.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: bundle, namespace },
      data: { 'ca-certificates.crt': upstreamCA },
    },
  );
  await upgradeOperator(cluster, images, chartFolder);
}

/** Installs a chart, or changes what is installed to it; done when its operators run. */
export async function upgradeOperator(cluster: Cluster, images: ProductImages, chart: string): Promise<void> {
  // What kubectl applied before is taken over.
  const words = ['upgrade', releaseName, chart, '--install', '--take-ownership', '--force-conflicts'];
  await helm(cluster, [...words, '--namespace', namespace, '--wait', '--timeout', '300s', '--values', '-'], {
    images: { nginx: imageOf(images.nginx) },
    settings: { caCertificateBundle: bundle, tolerations: [{ operator: 'Exists' }] },
    // Images are built anew under the same names.
    podAnnotations: { 'entrepot.test/installed': new Date().toISOString() },
  });
}

function imageOf(reference: string): object {
  const end = reference.lastIndexOf(':');
  return { repository: reference.slice(0, end), tag: reference.slice(end + 1) };
}

/** Takes away what the chart installed, the CustomResourceDefinition too; done when it is gone. No RegistryMirror may be there. */
export async function uninstallOperator(cluster: Cluster): Promise<void> {
  const words = ['uninstall', releaseName, '--namespace', namespace, '--ignore-not-found'];
  // The hook would start a pod to see what is known: that there are no mirrors.
  await helm(cluster, [...words, '--no-hooks', '--cascade', 'foreground', '--wait', '--timeout', '180s']);
}
