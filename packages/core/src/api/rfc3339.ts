/** A time as Kubernetes writes it, in whole seconds: `2026-01-02T03:04:05Z`. */
export function rfc3339(time: number | Date): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
