import { ConfigMap, type KubernetesObject, type MirrorView } from '@entrepot/core';
import { mergeTextBlock } from '@entrepot/kube';
import { imageswap, imageswapSettings } from '../src/index.ts';

/** Where the map is. */
export const reference = { kind: ConfigMap, namespace: 'imageswap-system', name: 'imageswap-maps' };
export const settings = (separator: '::' | ':' = '::') =>
  imageswapSettings.parse({ namespace: 'imageswap-system', separator });

/** A mirror as the strategy sees it. */
export function view(name: string, masqueradeHost: string, ...clusterIPs: string[]): MirrorView {
  const service = { namespace: 'mirrors', name: `registry-mirror-${name}`, clusterIPs };
  return { name, upstreamHost: masqueradeHost.replace('mirror-', ''), masqueradeHost, service };
}

/** What the strategy plans when the map's text was `before`; empty: there is no map. */
export function planned(
  mirrors: readonly MirrorView[],
  { before = '', separator }: { before?: string; separator?: '::' | ':' } = {},
) {
  const { version: apiVersion, kind } = ConfigMap;
  const live: KubernetesObject = { apiVersion, kind, metadata: { ...reference }, data: { maps: before } };
  const context = {
    namespace: 'mirrors',
    clusterDomain: 'cluster.local',
    observed: ({ name, namespace }: { name: string; namespace?: string }) =>
      before !== '' && name === reference.name && namespace === reference.namespace ? live : undefined,
  };
  return imageswap.plan(
    mirrors.map((mirror) => ({ mirror, options: {} })),
    settings(separator),
    context,
  );
}

/** The whole text of the map, after our block was written into it. */
export function mapAfter(before: string, mirrors: readonly MirrorView[], separator?: '::' | ':'): string {
  const { fleet } = planned(mirrors, { before, ...(separator && { separator }) });
  return (fleet?.textBlocks ?? []).reduce(
    (text, { marker, content, replaces }) => mergeTextBlock(text, marker, content, replaces),
    before,
  );
}
