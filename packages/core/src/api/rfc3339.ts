/** The last time that a Date can hold. */
const lastMs = 8.64e15;

/** A time as Kubernetes writes it, in whole seconds: `2026-01-02T03:04:05Z`. What lies beyond all dates is the last one. */
export function rfc3339(time: number | Date): string {
  return new Date(Math.min(Number(time), lastMs)).toISOString().replace(/\.\d+Z$/, 'Z');
}
