import type { DebianPackage } from './image-inventory.ts';
import type { InstalledPackage } from './lock-file.ts';

/** A component as CycloneDX has it. https://cyclonedx.org/docs/1.6/json/#components */
export interface Component {
  readonly type: 'library' | 'application' | 'container' | 'platform';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly [{ readonly expression: string }];
  readonly hashes?: readonly [{ readonly alg: string; readonly content: string }];
}

/**
 * A bill of materials in CycloneDX 1.6: what a package or an image consists of. It has neither a time nor a serial number, so
 * that the same content gives the same bytes.
 */
export function billOfMaterials(subject: Component, components: readonly Component[]): object {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: subject },
    components,
    // All that is known of an image is what it consists of: what needs what stands in package-lock.json.
    dependencies: [{ ref: subject['bom-ref'], dependsOn: components.map((component) => component['bom-ref']) }],
  };
}

/** An npm package, with its hash and licence as far as the lock file has them. */
export function npmComponent({ name, version, license, integrity }: InstalledPackage): Component {
  const [, group, ownName = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const [, algorithm = '', hash = ''] = /^(sha\d+)-(\S+)/.exec(integrity ?? '') ?? [];
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group !== undefined && { group }),
    name: ownName,
    version,
    purl,
    ...(license !== undefined && { licenses: [{ expression: license }] }),
    ...(hash !== '' && {
      hashes: [
        { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(hash, 'base64').toString('hex') },
      ] as const,
    }),
  };
}

/** A package of Debian, by the record that dpkg has of it. */
export function debianComponent({ name, version, architecture }: DebianPackage): Component {
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl };
}

/** A program that no package manager brought. */
export function genericComponent(name: string, version: string): Component {
  const purl = `pkg:generic/${name}@${version}`;
  return { type: 'application', 'bom-ref': purl, name, version, purl };
}

/** @param repository as in `ghcr.io/entrepot/operator` */
export function imageComponent(repository: string, version: string): Component {
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  const purl = `pkg:oci/${name}?repository_url=${encodeURIComponent(repository)}&tag=${version}`;
  return { type: 'container', 'bom-ref': purl, name: repository, version, purl };
}
