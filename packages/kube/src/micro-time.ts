/** The API's MicroTime: `2026-01-02T03:04:05.678000Z`. */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
