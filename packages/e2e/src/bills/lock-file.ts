import { z } from 'zod';

const entrySchema = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});
const lockSchema = z.object({ packages: z.record(z.string(), entrySchema) });

/** An npm package as it is installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  /** As npm writes it: `sha512-…`, in base64; undefined for packages of this repository. */
  readonly integrity: string | undefined;
}

/** What package-lock.json says is installed, and where. */
export class LockFile {
  readonly #entries: z.output<typeof lockSchema>['packages'];

  /** @throws ZodError when this is no lock file of version 2 or 3 */
  constructor(text: string) {
    this.#entries = lockSchema.parse(JSON.parse(text)).packages;
  }

  /**
   * The package in a folder, such as `node_modules/undici` or `packages/kube`.
   *
   * @throws when nothing is installed there
   */
  packageAt(folder: string): InstalledPackage {
    const entry = this.#entries[folder];
    const name = entry?.name ?? folder.replace(/^.*node_modules\//, '');
    if (entry?.version === undefined) throw new Error(`package-lock.json has no package in ${folder}`);
    return { name, version: entry.version, license: entry.license, integrity: entry.integrity };
  }

  /**
   * The folders of what is installed with a package of this repository by those who use it, so without what only its build and
   * tests need, which `npm sbom --omit dev` counts for workspaces.
   */
  dependenciesOf(folder: string): readonly string[] {
    const found = new Set<string>();
    const pending = [folder];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const dependency of this.#dependenciesIn(next)) {
        if (found.has(dependency)) continue;
        found.add(dependency);
        pending.push(dependency);
      }
    }
    return [...found].sort();
  }

  #dependenciesIn(folder: string): readonly string[] {
    const entry = this.#entries[folder];
    return Object.keys({ ...entry?.dependencies, ...entry?.optionalDependencies }).flatMap(
      (name) => this.#resolve(name, folder) ?? [],
    );
  }

  /** As Node looks for a package: in the folder's own node_modules, then in those above; undefined for an optional one. */
  #resolve(name: string, from: string): string | undefined {
    for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))) {
      const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      const entry = this.#entries[path];
      if (entry !== undefined) return entry.link === true ? entry.resolved : path;
      if (folder === '') return undefined;
    }
  }
}
