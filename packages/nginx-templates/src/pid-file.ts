import type { TemplateInput } from '@entrepot/core';

/** Where nginx writes its process id, and the fetcher reads it. */
export function pidFile({ scratch }: TemplateInput['layout']): string {
  return `${scratch}/nginx.pid`;
}
