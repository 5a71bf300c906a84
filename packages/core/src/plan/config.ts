import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { type KubernetesObject, TerminalError } from '@entrepot/kube';
import type { MirrorSpec } from '../api/normalise.ts';
import type { MirrorSettings } from '../settings.ts';
import type { MirrorView } from '../strategy/contract.ts';
import type { ConfigTemplate, IPFamily, RenderedConfig } from '../template/contract.ts';
import { cacheSizeBytes } from './cache-size.ts';
import { namesOf } from './naming.ts';
import { podLayout } from './pod-layout.ts';

/** The file only the fetcher reads. */
export const fetcherFile = 'fetcher.json';

/**
 * What a mirror's template makes of it.
 *
 * @throws TerminalError `TemplateFailed`, naming the template, whatever it throws
 */
export function renderConfig(
  { name, masqueradeHost, service }: MirrorView,
  spec: MirrorSpec,
  storage: string,
  settings: MirrorSettings,
  { template, options }: { readonly template: ConfigTemplate; readonly options: unknown },
): RenderedConfig {
  const { tagTTLSeconds, staleIfErrorSeconds } = spec.cache;
  // The volume may be smaller than the one asked for.
  const maxSizeBytes = Math.min(spec.cache.maxSizeBytes ?? Infinity, cacheSizeBytes(storage));
  const input = {
    mirror: { name, masqueradeHost },
    ipFamilies: service.clusterIPs.map((address): IPFamily => (isIPv6(address) ? 'IPv6' : 'IPv4')),
    upstream: {
      ...spec.upstream,
      hasCredentials: spec.credentialsSecret !== undefined,
      hasCABundle: settings.caBundle !== undefined,
    },
    cache: { tagTTLSeconds, staleIfErrorSeconds, maxSizeBytes },
    layout: podLayout,
  };
  try {
    return template.render(input, options);
  } catch (cause) {
    const message = `template ${template.name} failed: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new TerminalError('TemplateFailed', message, { cause });
  }
}

/** The Secret with the rendered files. They hold no secrets, but existing installations have it as one. */
export function configSecret(mirror: string, namespace: string, { files }: RenderedConfig): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: namesOf(mirror).configSecret },
    type: 'Opaque',
    data: Object.fromEntries(
      Object.keys(files)
        .sort()
        .map((name) => [name, Buffer.from(files[name] ?? '').toString('base64')]),
    ),
  };
}

/** Stands for the files' content: when it changes, pods are replaced. */
export function configHash({ files }: RenderedConfig): string {
  const sorted = Object.keys(files)
    .sort()
    .map((name) => [name, files[name]]);
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
