const suffixes: Readonly<Record<string, readonly [base: bigint, exponent: number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};

/** The API rounds quantities up to a billionth, its smallest unit. */
const units = 1_000_000_000n;

/**
 * A resource quantity of the API in billionths, or undefined when the value is none: `0.5` and `500m` are the same number.
 * The format is that of k8s.io/apimachinery/pkg/api/resource.
 */
export function quantityInBillionths(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const parts = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/.exec(String(value));
  if (parts === null) return undefined;
  const [, sign, digits = '', decimalExponent, suffix = ''] = parts;
  const [whole = '', fraction = ''] = digits.split('.');
  const [base, exponent] =
    decimalExponent === undefined ? (suffixes[suffix] ?? [10n, 0]) : [10n, Number(decimalExponent)];
  const factor = base ** BigInt(Math.abs(exponent));
  const scaled = BigInt(whole + fraction) * units * (exponent < 0 ? 1n : factor);
  const divisor = 10n ** BigInt(fraction.length) * (exponent < 0 ? factor : 1n);
  const magnitude = (scaled + divisor - 1n) / divisor;
  return sign === '-' ? -magnitude : magnitude;
}
