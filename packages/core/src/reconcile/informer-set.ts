import {
  type Change,
  type Clock,
  formatKey,
  type GroupVersionKind,
  Informer,
  type KubeClient,
  type KubernetesObject,
  keyOf,
  type Logger,
  type Metrics,
  type ObjectStore,
} from '@entrepot/kube';
import { type ClusterState, kindKey } from '../cluster-state.ts';

export interface InformerSetOptions {
  readonly client: KubeClient;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
}

/** Which objects are watched: of a kind, in a namespace, or a single one. */
export interface Watched {
  readonly kind: GroupVersionKind;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Set where the operator works without as well: nobody waits for it while it may not be read. */
  readonly isOptional?: boolean | undefined;
}

/** The informers of an operator, which together are what it knows of the cluster. */
export class InformerSet implements ClusterState {
  readonly #options: InformerSetOptions;
  readonly #informers: { readonly informer: Informer; readonly watched: Watched }[] = [];

  constructor(options: InformerSetOptions) {
    this.#options = options;
  }

  get all(): readonly Informer[] {
    return this.#informers.map(({ informer }) => informer);
  }

  /** Watches objects, unless they are watched already. */
  watch(watched: Watched): void {
    if (this.#informers.some(({ watched: known }) => includes(known, watched))) return;
    // Single objects are those of others: mirrors that do not need them must not wait until they may be read.
    const { kind, namespace, name, isOptional = name !== undefined } = watched;
    const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
    const informer = new Informer({ ...this.#options, kind, namespace, fieldSelector, isOptional });
    this.#informers.push({ informer, watched });
  }

  /** Calls the listener for each change of any watched object. */
  onChange(listener: (change: Change<KubernetesObject>) => void): void {
    for (const { informer } of this.#informers) informer.onChange(listener);
  }

  /** What is known of a kind, for appliers; undefined where not all objects of the namespace (of all, without one) are watched. */
  store(kind: GroupVersionKind, namespace: string | undefined): ObjectStore<KubernetesObject> | undefined {
    return this.#informers.find(({ watched }) => includes(watched, { kind, namespace }))?.informer.store;
  }

  get(...[kind, key]: Parameters<ClusterState['get']>): KubernetesObject | undefined {
    for (const { informer } of this.#ofKind(kind)) {
      const found = informer.store.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  list(...[kind, namespace]: Parameters<ClusterState['list']>): readonly KubernetesObject[] {
    const [one, ...more] = this.#ofKind(kind);
    if (one !== undefined && more.length === 0) return one.informer.store.list(namespace);
    const objects = this.#ofKind(kind).flatMap(({ informer }) => informer.store.list(namespace));
    return [...new Map(objects.map((object) => [formatKey(keyOf(object)), object])).values()];
  }

  #ofKind(kind: GroupVersionKind): readonly { readonly informer: Informer }[] {
    return this.#informers.filter(({ watched }) => kindKey(watched.kind) === kindKey(kind));
  }
}

function includes(known: Watched, wanted: Watched): boolean {
  const isWide = (field: 'namespace' | 'name'): boolean => known[field] === undefined || known[field] === wanted[field];
  return kindKey(known.kind) === kindKey(wanted.kind) && isWide('namespace') && isWide('name');
}
