import type { KubeClient } from '../client/kube-client.ts';
import { TerminalError } from '../errors.ts';
import type { ObjectStore } from '../informer/object-store.ts';
import { apiVersionOf, type GroupVersionKind, type KubernetesObject } from '../object.ts';
import { configMapKind, type ConfigMap } from './config-map.ts';
import { OwnWrites } from './own-writes.ts';
import { retryOnConflict } from '../client/retry-on-conflict.ts';

/** The ConfigMap of an inventory that is given no other name. */
export const inventoryName = 'entrepot-inventory';

export interface InventoryOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Name of the ConfigMap. */
  readonly name?: string | undefined;
  readonly fieldManager: string;
  /** An informer's store of the ConfigMaps of that namespace; without one, every reading asks the server. */
  readonly store?: ObjectStore<KubernetesObject> | undefined;
}

/** A kind of which objects may exist; in one namespace, or anywhere without. */
export interface InventoryEntry extends GroupVersionKind {
  readonly namespace?: string;
}

/**
 * Remembers, in a ConfigMap, of which kinds a scope (a strategy) may have left objects, so that they are found when it is gone.
 * To be recorded before the first object of a kind is applied. Scopes are keys of the ConfigMap: letters, digits, `-`, `_`, `.`.
 */
export class Inventory {
  readonly #client: KubeClient;
  readonly #key: { readonly namespace: string; readonly name: string };
  readonly #fieldManager: string;
  readonly #store: ObjectStore<KubernetesObject> | undefined;
  readonly #ownWrites = new OwnWrites();
  /** What was seen recorded when it was last looked at, so that recording it again costs no request. */
  readonly #recorded = new Set<string>();

  constructor({ client, namespace, name = inventoryName, fieldManager, store }: InventoryOptions) {
    this.#client = client;
    this.#key = { namespace, name };
    this.#fieldManager = fieldManager;
    this.#store = store;
  }

  /** Every scope with its entries. @throws TerminalError `InventoryUnreadable` when somebody edited it beyond recognition */
  async read(signal?: AbortSignal): Promise<ReadonlyMap<string, readonly InventoryEntry[]>> {
    const live = await this.object(signal);
    // Somebody may have deleted or edited it: what is not there any more is to be recorded again.
    this.#recorded.clear();
    const scopes = Object.entries(live?.data ?? {}).map(([scope, text]) => [scope, this.#parse(scope, text)] as const);
    for (const [scope, entries] of scopes) for (const entry of entries) this.#recorded.add(`${scope} ${idOf(entry)}`);
    return new Map(scopes);
  }

  /** Adds entries to a scope; what is recorded already is not written again. */
  async record(scope: string, entries: readonly InventoryEntry[], signal?: AbortSignal): Promise<void> {
    if (entries.every((entry) => this.#recorded.has(`${scope} ${idOf(entry)}`))) return;
    const all = await retryOnConflict(async () => {
      const live = await this.#client.get<ConfigMap>(configMapKind, this.#key, signal);
      const text = live?.data?.[scope];
      const known = text === undefined ? [] : this.#parse(scope, text);
      const merged = new Map([...known, ...entries].map((entry) => [idOf(entry), entry]));
      if (merged.size > known.length) await this.#write(live, scope, JSON.stringify([...merged.values()]), signal);
      return merged;
    });
    for (const id of all.keys()) this.#recorded.add(`${scope} ${id}`);
  }

  /** Removes a scope: everything it left was pruned. */
  async forget(scope: string, signal?: AbortSignal): Promise<void> {
    await retryOnConflict(async () => {
      const live = await this.#client.get<ConfigMap>(configMapKind, this.#key, signal);
      if (live?.data?.[scope] !== undefined) await this.#write(live, scope, null, signal);
    });
    for (const id of this.#recorded) if (id.startsWith(`${scope} `)) this.#recorded.delete(id);
  }

  /** The ConfigMap, as it was written here last, or as the informer has it. */
  async object(signal?: AbortSignal): Promise<ConfigMap | undefined> {
    if (this.#store?.resourceVersion === undefined) return this.#client.get(configMapKind, this.#key, signal);
    return this.#ownWrites.latest(this.#store, this.#key);
  }

  async #write(live: ConfigMap | undefined, scope: string, text: string | null, signal: AbortSignal | undefined) {
    const data = { [scope]: text };
    if (live === undefined) {
      const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: this.#key, data };
      const options = { fieldManager: this.#fieldManager };
      this.#note(await this.#client.create<KubernetesObject>(configMap, options, signal));
      return;
    }
    const patch = { metadata: { resourceVersion: live.metadata.resourceVersion }, data };
    const options = { type: 'merge', fieldManager: this.#fieldManager } as const;
    this.#note(await this.#client.patch(configMapKind, this.#key, patch, options, signal));
  }

  #note(written: KubernetesObject): void {
    if (this.#store !== undefined) this.#ownWrites.note(this.#store, written);
  }

  #parse(scope: string, text: string): readonly InventoryEntry[] {
    try {
      const entries: unknown = JSON.parse(text);
      if (Array.isArray(entries) && entries.every(isEntry)) return entries;
    } catch {
      // The same answer as for JSON of another shape.
    }
    const { namespace, name } = this.#key;
    throw new TerminalError('InventoryUnreadable', `ConfigMap ${namespace}/${name}: '${scope}' is not a list of kinds`);
  }
}

function idOf(entry: InventoryEntry): string {
  return `${apiVersionOf(entry)} ${entry.kind} ${entry.namespace ?? ''}`;
}

function isEntry(value: unknown): value is InventoryEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { group, version, kind, namespace }: Partial<Record<keyof InventoryEntry, unknown>> = value;
  const isNamed = typeof group === 'string' && typeof version === 'string' && typeof kind === 'string';
  return isNamed && (namespace === undefined || typeof namespace === 'string');
}
