import {
  type Contribution,
  defineStrategy,
  hostsNameTrouble,
  type MirrorView,
  trustedByRuntimes,
  withoutPort,
} from '@entrepot/core';
import { z } from 'zod';

/** The only port that a mirror's Service listens on. */
const servicePort = '443';

/**
 * Addressing through the nodes' hosts file, as mirror-hostess does it: on every node the masquerade host leads to the mirror's
 * Service, and its CA is trusted under that name. Pods name the masquerade host in their images.
 */
export const hostess = defineStrategy({
  name: 'hostess',
  settings: z.strictObject({}).describe('hostess has no settings'),
  options: z.strictObject({}).describe('hostess has no options'),
  manages: [],
  rules: () => [],
  plan: (mirrors, _settings, { clusterDomain }) => ({
    perMirror: new Map(mirrors.map(({ mirror }) => [mirror.name, contribution(mirror, clusterDomain)])),
  }),
  guarantees: () => ({ mirrorDown: 'pull fails', pullSecrets: 'must name the mirror host' }),
});

function contribution(mirror: MirrorView, clusterDomain: string): Contribution {
  const unsupported = whyImpossible(mirror, clusterDomain);
  if (unsupported !== undefined) return { unsupported };
  const { masqueradeHost, service } = mirror;
  const hostname = withoutPort(masqueradeHost);
  return {
    node: [{ kind: 'HostsEntry', hostname }, ...trustedByRuntimes(masqueradeHost)],
    servingNames: [hostname],
    ...(service.clusterIPs.length === 0 && { waitFor: `Service ${service.name} has no clusterIP` }),
  };
}

/** A hosts file maps names only, without ports, and some names a node needs for itself. */
function whyImpossible(mirror: MirrorView, clusterDomain: string): string | undefined {
  const { masqueradeHost, upstreamHost } = mirror;
  const trouble = hostsNameTrouble(withoutPort(masqueradeHost).replace(/^\[(.*)\]$/, '$1'), clusterDomain);
  if (trouble === undefined) return whyUnheard(mirror) ?? whyNoRegistry(mirror);
  const advice = {
    'is an address': 'is an address, which a hosts file cannot map; choose a name',
    'is no host name': 'is no host name, which a hosts file cannot map; choose one',
    'is the node itself': 'is the node itself; choose another name',
    'is of the cluster': `is a name of the cluster itself, which would lead nodes astray; set it to another name, such as mirror-${withoutPort(upstreamHost)}`,
  };
  return `spec.masqueradeUrl ${masqueradeHost} ${advice[trouble]}`;
}

/** Nobody listens on a port of one's own choice. */
function whyUnheard({ masqueradeHost, upstreamHost, service }: MirrorView): string | undefined {
  const name = withoutPort(masqueradeHost);
  const port = masqueradeHost.slice(name.length + 1);
  if (port === '' || port === servicePort) return undefined;
  const listens = `Service ${service.name} listens on port ${servicePort} only`;
  const better = isRegistry(name) ? name : `${name}:${servicePort}`;
  return masqueradeHost === `mirror-${upstreamHost}`
    ? `${listens}, but the default of spec.masqueradeUrl, ${masqueradeHost}, has the port of spec.upstreamUrl; set spec.masqueradeUrl to a name without it, such as ${better}`
    : `${listens}, but spec.masqueradeUrl names port ${port}; ${better === name ? 'leave the port out' : `set it to ${better}`}`;
}

/** Nobody would come: what stands before the first slash of an image is a registry only where it looks like one. */
function whyNoRegistry({ masqueradeHost, upstreamHost }: MirrorView): string | undefined {
  if (isRegistry(masqueradeHost)) return undefined;
  const isDefault = masqueradeHost === `mirror-${upstreamHost}`;
  const what = isDefault
    ? `the default of spec.masqueradeUrl, ${masqueradeHost},`
    : `spec.masqueradeUrl ${masqueradeHost}`;
  return `${what} has neither a dot nor a port, so container runtimes take ${masqueradeHost}/app for docker.io/${masqueradeHost}/app; set spec.masqueradeUrl to a name with a dot, or to ${masqueradeHost}:${servicePort}`;
}

/** Docker's rule, which all runtimes follow. The third name it knows, `localhost`, is refused before. */
function isRegistry(host: string): boolean {
  return /[.:]/.test(host);
}
