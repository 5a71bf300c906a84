import {
  ConfigMap,
  type Contribution,
  defineStrategy,
  type MirrorView,
  type PlanContext,
  type PlannedMirror,
  type StrategyPlan,
  type TextBlock,
  trustedByRuntimes,
  withoutPort,
} from '@entrepot/core';
import { z } from 'zod';
import { mirrorAddress, type MirrorAddress } from './address.ts';
import { hasForeignDefault, linesOfMirrorOperator, marker, winningLine } from './map-text.ts';
import { imageswapSettings, type ImageswapSettings } from './settings.ts';

const key = 'maps';

/**
 * Addressing through the map of the webhook ImageSwap: it turns `<masqueradeUrl>/app` in pods into
 * `<clusterIP>/<masqueradeUrl>/app`, and nodes trust the mirror under its address. ImageSwap itself is installed by others.
 */
export const imageswap = defineStrategy({
  name: 'imageswap',
  aliases: ['services'],
  settings: imageswapSettings,
  options: z.strictObject({}).describe('imageswap has no options'),
  manages: [],
  rules: ({ namespace, configMap }) => [
    { namespace, apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', 'create'] },
    { namespace, apiGroups: [''], resources: ['configmaps'], resourceNames: [configMap], verbs: ['update', 'patch'] },
  ],
  observes: (settings) => [mapReference(settings)],
  plan,
  guarantees: () => ({ mirrorDown: 'pull fails', pullSecrets: 'must name the mirror host' }),
});

function plan(mirrors: readonly PlannedMirror[], settings: ImageswapSettings, context: PlanContext): StrategyPlan {
  const map = mapText(context.observed(mapReference(settings))?.['data']);
  const swaps = mirrors
    .map(({ mirror }) => swapOf(mirror, settings))
    .sort((a, b) => (a.mirror.name < b.mirror.name ? -1 : 1));
  return {
    perMirror: new Map(swaps.map((swap) => [swap.mirror.name, contribution(swap, map, settings)])),
    fleet: { textBlocks: [mapBlock(swaps, map, settings)] },
  };
}

/** What the map says of one mirror, or why it says nothing. */
type Swap = { readonly mirror: MirrorView } & (
  | { readonly address: MirrorAddress; readonly target: string }
  | { readonly obstacle: Pick<Contribution, 'waitFor' | 'unsupported'> }
);

function swapOf(mirror: MirrorView, { separator }: ImageswapSettings): Swap {
  const { masqueradeHost, service } = mirror;
  const hasPort = masqueradeHost !== withoutPort(masqueradeHost);
  const impossible = (why: string): Swap => ({ mirror, obstacle: { unsupported: why } });
  // ImageSwap takes the text before the first slash for a registry only when it has a dot.
  if (!masqueradeHost.includes('.')) {
    return impossible(
      `spec.masqueradeUrl ${masqueradeHost} has no dot, so ImageSwap cannot map it; choose another name`,
    );
  }
  if (hasPort && separator === ':') {
    return impossible(`spec.masqueradeUrl ${masqueradeHost} has a port, which the map separator ':' forbids; use '::'`);
  }
  const address = mirrorAddress(service.clusterIPs);
  if (address === undefined) return { mirror, obstacle: { waitFor: `Service ${service.name} has no clusterIP` } };
  if (address.host.includes(':') && separator === ':') {
    return impossible(`Service ${service.name} has no IPv4 address, and the map separator ':' forbids IPv6; use '::'`);
  }
  // A port cannot stand in the path of an image; without the path the mirror is found just as well.
  const target = hasPort ? address.host : `${address.host}/${masqueradeHost}`;
  return { mirror, address, target };
}

function contribution(swap: Swap, map: string, { namespace, configMap }: ImageswapSettings): Contribution {
  if ('obstacle' in swap) return swap.obstacle;
  const winner = winningLine(map, swap.mirror.masqueradeHost, swap.target);
  const waitFor = `line '${winner}' of somebody else, below ours in ConfigMap ${namespace}/${configMap}, sends its images elsewhere, as ImageSwap takes the later of two; remove it, or services from spec.addressing`;
  return {
    node: trustedByRuntimes(swap.address.host),
    servingNames: [swap.address.ip],
    ...(winner !== undefined && { waitFor }),
  };
}

function mapBlock(
  swaps: readonly Swap[],
  map: string,
  { namespace, configMap, separator }: ImageswapSettings,
): TextBlock {
  const replaces = linesOfMirrorOperator(map, new Set(swaps.map(({ mirror }) => mirror.masqueradeHost)));
  const lines = swaps.flatMap((swap) =>
    'target' in swap ? [`${swap.mirror.masqueradeHost}${separator}${swap.target}\n`] : [],
  );
  return {
    configMap: { namespace, name: configMap },
    key,
    marker,
    content: [...(hasForeignDefault(map, replaces) ? [] : [`default${separator}\n`]), ...lines].join(''),
    ...(replaces.length > 0 && { replaces }),
  };
}

function mapReference({ namespace, configMap }: ImageswapSettings) {
  return { kind: ConfigMap, namespace, name: configMap };
}

const dataOfMap = z.object({ [key]: z.string() });

function mapText(data: unknown): string {
  return dataOfMap.safeParse(data).data?.[key] ?? '';
}
