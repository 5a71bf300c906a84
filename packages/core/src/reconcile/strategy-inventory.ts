import { type Inventory, type KubernetesObject, kindOf } from '@entrepot/kube';
import { z } from 'zod';
import type { TextBlock } from '../strategy/contract.ts';

const blockPlace = z.object({
  configMap: z.object({ namespace: z.string(), name: z.string() }),
  key: z.string(),
  marker: z.string(),
});

/** Where a block of text is. */
export type BlockPlace = Omit<TextBlock, 'content'>;

/** Where a strategy may have left something. */
export interface StrategyTraces {
  readonly kinds: readonly {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly namespace?: string;
  }[];
  readonly textBlocks: readonly BlockPlace[];
}

/** Remembers where each strategy may have left something, so that it is found when the strategy is gone. */
export class StrategyInventory {
  readonly #inventory: Inventory;

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
  }

  /** To be called before any of this is applied. */
  async record(
    strategy: string,
    objects: readonly KubernetesObject[],
    textBlocks: readonly TextBlock[],
    signal: AbortSignal,
  ): Promise<void> {
    const entries = objects.map((object) => {
      const { namespace } = object.metadata;
      return namespace === undefined ? kindOf(object) : { ...kindOf(object), namespace };
    });
    if (entries.length > 0) await this.#inventory.record(strategy, entries, signal);
    for (const block of textBlocks) {
      const kind = { group: '', version: 'v1', kind: 'ConfigMap', namespace: block.configMap.namespace };
      await this.#inventory.record(blockScope(strategy, block), [kind], signal);
    }
  }

  /** What each strategy that was ever used may have left, by their names. */
  async traces(signal: AbortSignal): Promise<ReadonlyMap<string, StrategyTraces>> {
    const traces = new Map<string, StrategyTraces>();
    for (const [scope, entries] of await this.#inventory.read(signal)) {
      const { strategy, block } = parseScope(scope);
      const { kinds, textBlocks } = traces.get(strategy) ?? { kinds: [], textBlocks: [] };
      traces.set(strategy, {
        kinds: block === undefined ? [...kinds, ...entries] : kinds,
        textBlocks: block === undefined ? textBlocks : [...textBlocks, block],
      });
    }
    return traces;
  }

  /** The object in which all this is kept. */
  async object(signal: AbortSignal): Promise<KubernetesObject | undefined> {
    return this.#inventory.object(signal);
  }

  /** To be called when nothing of a strategy is left. */
  async forget(strategy: string, signal: AbortSignal): Promise<void> {
    await this.#inventory.forget(strategy, signal);
  }

  /** To be called when a block of a strategy was removed. */
  async forgetBlock(strategy: string, block: BlockPlace, signal: AbortSignal): Promise<void> {
    await this.#inventory.forget(blockScope(strategy, block), signal);
  }
}

/** Scopes are keys of a ConfigMap, which hold few characters: the place of a block is packed into its scope. */
function blockScope(strategy: string, { configMap, key, marker }: BlockPlace): string {
  const { namespace, name } = configMap;
  const place = JSON.stringify({ configMap: { namespace, name }, key, marker });
  return `${strategy}.block.${Buffer.from(place).toString('base64url')}`;
}

/** Whether these are one block. */
export function isSameBlock(one: BlockPlace, other: BlockPlace): boolean {
  return blockScope('', one) === blockScope('', other);
}

function parseScope(scope: string): { readonly strategy: string; readonly block?: BlockPlace } {
  const [, strategy, place] = /^(.+)\.block\.([\w-]+)$/.exec(scope) ?? [];
  if (strategy === undefined || place === undefined) return { strategy: scope };
  return { strategy, block: blockPlace.parse(JSON.parse(Buffer.from(place, 'base64url').toString())) };
}
