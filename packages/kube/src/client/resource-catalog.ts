import { ApiError, isNotFound } from '../errors.ts';
import { apiVersionOf, formatKey, type GroupVersionKind, type ObjectKey } from '../object.ts';

/** How the API serves a kind. */
export interface ApiResource {
  readonly plural: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** Either of the two lists with which the API describes itself. */
interface Discovery {
  readonly kind?: string;
  readonly resources?: readonly {
    readonly name: string;
    readonly namespaced: boolean;
    readonly kind: string;
    readonly verbs: readonly string[];
  }[];
  readonly groups?: readonly { readonly name: string; readonly versions: readonly { readonly version: string }[] }[];
}

type Fetch = (path: string, signal: AbortSignal | undefined) => Promise<Discovery>;

/**
 * What the API server says about its kinds, remembered per group and version. That a kind is not there has to be said by
 * the API server: an informer that believed any 404 would take all its objects for deleted when a load balancer has a bad day.
 */
export class ResourceCatalog {
  readonly #fetch: Fetch;
  readonly #known = new Map<string, readonly ApiResource[]>();

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  /** Asks the server when the kind is not known yet, each time: it may have been installed since. @throws ApiError 404 `NoSuchKind` */
  async resource(kind: GroupVersionKind, signal?: AbortSignal): Promise<ApiResource> {
    const apiVersion = apiVersionOf(kind);
    const find = () => this.#known.get(apiVersion)?.find((resource) => resource.kind === kind.kind);
    if (find() === undefined) this.#known.set(apiVersion, await this.#load(kind, signal));
    const resource = find();
    if (resource === undefined) throw noSuchKind(kind);
    return resource;
  }

  /** Forgets a kind that turned out to be gone. */
  forget(kind: GroupVersionKind): void {
    this.#known.delete(apiVersionOf(kind));
  }

  async #load(kind: GroupVersionKind, signal: AbortSignal | undefined): Promise<readonly ApiResource[]> {
    try {
      const { resources = [] } = await this.#describe('APIResourceList', groupVersionPath(kind), signal);
      return resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, ...resource }) => ({ ...resource, plural: name }));
    } catch (error) {
      if (isNotFound(error) && !(await this.#isServed(kind, signal))) return [];
      throw error;
    }
  }

  /** Whether the list of all groups has this one in this version. */
  async #isServed({ group, version }: GroupVersionKind, signal: AbortSignal | undefined): Promise<boolean> {
    const { groups = [] } = await this.#describe('APIGroupList', '/apis', signal);
    return groups.some(({ name, versions }) => name === group && versions.some((served) => served.version === version));
  }

  async #describe(kind: string, path: string, signal: AbortSignal | undefined): Promise<Discovery> {
    const answer = await this.#fetch(path, signal);
    if (answer.kind !== kind) throw new Error(`GET ${path} was answered, but not with an ${kind}`);
    return answer;
  }
}

/** The error that says that the server does not serve a kind (its CRD is not installed). */
function noSuchKind(kind: GroupVersionKind): ApiError {
  return new ApiError(404, 'NoSuchKind', `The API server does not know ${kind.kind} of ${apiVersionOf(kind)}`);
}

/** `/api/v1` or `/apis/<group>/<version>`. */
export function groupVersionPath(kind: Pick<GroupVersionKind, 'group' | 'version'>): string {
  return `${kind.group === '' ? '/api' : '/apis'}/${apiVersionOf(kind)}`;
}

/** The path of a collection, or of one object in it. @throws TypeError when a namespaced object is named without its namespace */
export function resourcePath(kind: GroupVersionKind, resource: ApiResource, key: Partial<ObjectKey>): string {
  const { namespace, name } = key;
  if (name !== undefined && resource.namespaced && namespace === undefined) {
    throw new TypeError(`${kind.kind} ${formatKey({ name })} needs a namespace`);
  }
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${groupVersionPath(kind)}${scope}/${resource.plural}${object}`;
}
