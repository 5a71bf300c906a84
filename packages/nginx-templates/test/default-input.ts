import type { TemplateInput } from '@entrepot/core';
import { podLayout } from '@entrepot/core';

/** A mirror of quay.io with nothing special about it. */
export const defaultInput: TemplateInput = {
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
