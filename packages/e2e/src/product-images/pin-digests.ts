import { isScalar, parseDocument, visit, type YAMLMap } from 'yaml';

const reference = /^(?<repository>[^@]+)@(?<digest>sha256:[0-9a-f]{64})$/;

/**
 * A chart's values with the digests of its images filled in; comments and all else stay. An image is a map with `repository`
 * and `digest`.
 *
 * @param images `repository@sha256:…`
 * @throws when one of these is no such thing or no image of the values, or when an image of the values is left without a digest
 * @example pinDigests('image: {repository: a.io/b, digest: ""}', ['a.io/b@sha256:…'])
 */
export function pinDigests(values: string, images: readonly string[]): string {
  const wanted = new Map(images.map(parsed));
  const document = parseDocument(values);
  const pinned = new Set<string>();
  visit(document, {
    Map: (_key, map) => {
      const repository = textOf(map, 'repository');
      if (repository === undefined || !map.has('digest')) return;
      const digest = wanted.get(repository);
      if (digest === undefined) throw new Error(`no digest is given for ${repository}`);
      map.set('digest', digest);
      pinned.add(repository);
    },
  });
  const unknown = [...wanted.keys()].filter((repository) => !pinned.has(repository));
  if (unknown.length > 0) throw new Error(`the values have no image ${unknown.join(', ')}`);
  return document.toString({ lineWidth: 0 });
}

function parsed(image: string): readonly [repository: string, digest: string] {
  const { repository, digest } = reference.exec(image)?.groups ?? {};
  if (repository === undefined || digest === undefined) {
    throw new Error(`${image} must be an image with its digest, such as ghcr.io/entrepot/operator@sha256:…`);
  }
  return [repository, digest];
}

function textOf(map: YAMLMap, key: string): string | undefined {
  const value = map.get(key, true);
  return isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
}
