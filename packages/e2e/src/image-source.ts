const sources = ['auto', 'public', 'built'] as const;

/** Where images come from that are not ours: public registries, or built here from packages; `auto` tries in this order. */
export type ImageSource = (typeof sources)[number];

/** Reads `ENTREPOT_IMAGES`. Fails when it has another value. */
export function imageSource(value: string | undefined = process.env['ENTREPOT_IMAGES']): ImageSource {
  const source = sources.find((name) => name === (value || 'auto'));
  if (source === undefined) throw new Error(`ENTREPOT_IMAGES=${value} must be one of ${sources.join(', ')}`);
  return source;
}
