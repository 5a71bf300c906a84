import type { TemplateInput } from '@entrepot/core';
import type { NginxOptions } from './options.ts';

/** The address that nginx listens on: by default every one of the pod that the mirror's Service may lead to. */
export function listenAddress({ ipFamilies }: TemplateInput, options: NginxOptions): string {
  // Not `::` always: a kernel without IPv6 has no such address, and nginx does not start.
  return options.listenAddress ?? (ipFamilies.includes('IPv6') ? '::' : '0.0.0.0');
}
