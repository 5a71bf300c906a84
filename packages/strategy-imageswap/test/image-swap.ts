/**
 * What ImageSwap 1.5 makes of an image by a map, as far as our maps need it: registry keys, `default`, and replacing the key
 * in the image by the value. Written from its documentation, to judge the maps that we write.
 */
export function swapped(map: string, image: string): string {
  const rules = rulesOf(map);
  const first = image.split('/')[0] ?? '';
  const registry = image.includes('/') && first.includes('.') ? first : 'docker.io';
  const [key, value] = applicable(rules, registry) ?? ['', ''];
  if (value === '') return image;
  return image.includes(key) ? image.replace(key, value) : `${value}/${image}`;
}

/** Without a `default` line nothing is swapped; a key with the port goes before one without. */
function applicable(rules: ReadonlyMap<string, string>, registry: string): readonly [string, string] | undefined {
  const fallback = rules.get('default');
  if (fallback === undefined) return undefined;
  for (const key of [registry, registry.replace(/:\d+$/, '')]) {
    const value = rules.get(key);
    if (value !== undefined) return [key, value];
  }
  return [registry, fallback];
}

function rulesOf(map: string): ReadonlyMap<string, string> {
  const rules = new Map<string, string>();
  for (const raw of map.split(/\r?\n/)) {
    const line = raw.replace(/#.*/, '').replaceAll(' ', '');
    const [key, value, ...rest] = line.split(line.includes('::') ? '::' : ':');
    if (key !== undefined && value !== undefined && rest.length === 0) rules.set(key, value);
  }
  return rules;
}
