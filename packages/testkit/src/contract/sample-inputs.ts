import { podLayout, type TemplateInput } from '@entrepot/core';
import { frozen } from './check.ts';

const plain: TemplateInput = {
  mirror: { name: 'quay', masqueradeHost: 'mirror-quay.io' },
  ipFamilies: ['IPv4'],
  upstream: {
    host: 'quay.io',
    plainHTTP: false,
    redirectHosts: [],
    tokenHosts: [],
    hasCredentials: false,
    hasCABundle: false,
  },
  cache: { tagTTLSeconds: 30, staleIfErrorSeconds: 604_800, maxSizeBytes: 17_179_869_184 },
  layout: podLayout,
};

/** What a template must be able to render, each with the words that name it in a message. */
export const sampleInputs: ReadonlyMap<string, TemplateInput> = new Map(
  Object.entries({
    'a plain mirror': plain,
    'a mirror with everything set': {
      ...plain,
      mirror: { name: 'internal', masqueradeHost: 'mirror-registry.example:8443' },
      upstream: {
        host: 'registry.example:5000',
        plainHTTP: true,
        redirectHosts: ['*.cdn.example', 'blobs.example'],
        tokenHosts: ['auth.example'],
        hasCredentials: true,
        hasCABundle: true,
      },
    },
    'a mirror with the smallest numbers': {
      ...plain,
      cache: { tagTTLSeconds: 0, staleIfErrorSeconds: 0, maxSizeBytes: 1_048_576 },
    },
    'a mirror whose Service has no address yet': { ...plain, ipFamilies: [] },
    'a mirror in a cluster of IPv6 only': { ...plain, ipFamilies: ['IPv6'] },
    'a mirror with addresses of both families': { ...plain, ipFamilies: ['IPv4', 'IPv6'] },
  } satisfies Record<string, TemplateInput>).map(([title, input]) => [title, frozen(input)]),
);
