import { z } from 'zod';
import {
  ConfigMap,
  type Contribution,
  configureStrategy,
  defineStrategy,
  defineTemplate,
  withoutPort,
} from '../../src/index.ts';

/** Writes nodes' hosts files and trusts the mirror's CA. */
export const hosts = configureStrategy(
  defineStrategy({
    name: 'hosts',
    settings: z.object({}),
    options: z.object({ extraNames: z.array(z.string()).default([]) }),
    manages: [],
    rules: () => [],
    plan: (mirrors) => ({
      perMirror: new Map(
        mirrors.map(({ mirror, options }) => {
          const hostname = withoutPort(mirror.masqueradeHost);
          return [
            mirror.name,
            {
              node: [
                { kind: 'HostsEntry', hostname },
                { kind: 'TrustedCA', directory: `/etc/docker/certs.d/${mirror.masqueradeHost}` },
              ],
              servingNames: [hostname, ...options.extraNames],
            },
          ];
        }),
      ),
    }),
    guarantees: () => ({ mirrorDown: 'pull fails', pullSecrets: 'must name the mirror host' }),
  }),
);

/** Keeps one line per mirror in a text others edit too, a ConfigMap per mirror, and one for all. Throws or refuses where it is told to. */
export const map = configureStrategy(
  defineStrategy({
    name: 'map',
    aliases: ['services'],
    settings: z.object({ namespace: z.string() }),
    options: z.object({ fail: z.boolean().default(false), refuse: z.string().optional() }),
    manages: [ConfigMap],
    rules: ({ namespace }) => [{ namespace, apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'patch'] }],
    observes: ({ namespace }) => [{ kind: ConfigMap, namespace, name: 'others' }],
    plan: (mirrors, settings, { namespace }) => {
      const guilty = mirrors.find(({ options }) => options.fail);
      if (guilty !== undefined) throw new Error(`cannot bear ${guilty.mirror.name}`);
      const lines = mirrors.flatMap(({ mirror }) =>
        mirror.service.clusterIPs.slice(0, 1).map((ip) => `${mirror.masqueradeHost} ${ip}\n`),
      );
      const summary = configMap(namespace, 'map-summary', { count: String(mirrors.length) });
      return {
        perMirror: new Map(
          mirrors.map(({ mirror, options: { refuse } }): [string, Contribution] => {
            if (refuse !== undefined) return [mirror.name, { unsupported: refuse }];
            const { name, clusterIPs } = mirror.service;
            if (clusterIPs.length === 0) return [mirror.name, { waitFor: `Service ${name} has no clusterIP` }];
            const object = configMap(namespace, `map-of-${mirror.name}`, { upstream: mirror.upstreamHost });
            return [mirror.name, { objects: [object], servingNames: clusterIPs }];
          }),
        ),
        fleet: {
          objects: [summary],
          textBlocks: [
            {
              configMap: { namespace: settings.namespace, name: 'others' },
              key: 'maps',
              marker: 'test map',
              content: lines.join(''),
            },
          ],
        },
      };
    },
    guarantees: () => ({ mirrorDown: 'upstream is used', pullSecrets: 'kept' }),
  }),
  { namespace: 'mirrors' },
);

/** The same strategy, with its text in another namespace. */
export function mapIn(namespace: string): typeof map {
  return { ...map, settings: { namespace } };
}

/** Renders what it was given. */
export const template = defineTemplate({
  name: 'plain',
  options: z.object({ fail: z.boolean().default(false) }),
  render: (input, options) => {
    if (options.fail) throw new Error('cannot render this');
    return {
      files: {
        'default.conf': `# ${input.mirror.masqueradeHost} for ${input.upstream.host}, at ${input.ipFamilies.join(' and ')}\n`,
        'fetcher.json': `${JSON.stringify({ upstream: input.upstream, cache: input.cache })}\n`,
      },
    };
  },
});

function configMap(namespace: string, name: string, data: Readonly<Record<string, string>>) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}
