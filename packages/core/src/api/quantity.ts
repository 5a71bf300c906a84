/** A Kubernetes quantity above zero, as far as sizes need it, for a schema's `pattern`. */
export const quantityPattern =
  '^([0-9]*[1-9][0-9]*(\\.[0-9]+)?|[0-9]+\\.[0-9]*[1-9][0-9]*)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][0-9]{1,2})?$';

const factors: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The bytes a quantity (`20Gi`, `20G`, `2e9`, `1024`) stands for, rounded up; undefined where it is none, or zero. */
export function parseQuantity(quantity: string | number): number | undefined {
  const text = String(quantity);
  if (!new RegExp(quantityPattern).test(text)) return undefined;
  const [, digits, suffix] = /^([0-9.]+)(.*)$/.exec(text) ?? [];
  if (digits === undefined || suffix === undefined) return undefined;
  const factor = /^[eE]\d/.test(suffix) ? 10 ** Number(suffix.slice(1)) : factors[suffix];
  return factor === undefined ? undefined : Math.ceil(Number(digits) * factor);
}
