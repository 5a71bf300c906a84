import { defineStrategy } from '@entrepot/core';
import { z } from 'zod';

export default defineStrategy({
  name: 'address-book',
  settings: z.strictObject({ namespace: z.string().default('default') }),
  options: z.strictObject({ label: z.string().regex(/^.+$/, 'must be one line').optional() }),
  manages: [],
  rules: ({ namespace }) => [
    {
      namespace,
      apiGroups: [''],
      resources: ['configmaps'],
      verbs: ['get', 'list', 'watch', 'create', 'update', 'patch'],
    },
  ],
  plan(mirrors, { namespace }) {
    const sorted = mirrors.toSorted((one, other) => (one.mirror.name < other.mirror.name ? -1 : 1));
    const entries = sorted.map(({ mirror, options }) => {
      const { name, clusterIPs } = mirror.service;
      const [address] = clusterIPs;
      return address === undefined
        ? { mirror, line: '', contribution: { waitFor: `Service ${name} has no clusterIP` } }
        : { mirror, line: `${options.label ?? mirror.name} ${address}\n`, contribution: {} };
    });
    const content = entries.map(({ line }) => line).join('');
    return {
      perMirror: new Map(entries.map(({ mirror, contribution }) => [mirror.name, contribution])),
      fleet: {
        textBlocks: [{ configMap: { namespace, name: 'address-book' }, key: 'book', marker: 'address-book', content }],
      },
    };
  },
  guarantees: () => ({ mirrorDown: 'pull fails', pullSecrets: 'must name the mirror host' }),
});
