/** A whole number and its unit, for a schema's `pattern`. */
export const durationPattern = '^[0-9]{1,9}(s|m|h|d)$';

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The seconds a duration (`30s`, `5m`, `12h`, `7d`) stands for; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^([0-9]{1,9})([smhd])$/.exec(text) ?? [];
  const factor = seconds[unit ?? ''];
  return factor === undefined ? undefined : Number(count) * factor;
}
