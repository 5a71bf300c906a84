import type { KubeClient } from '../client/kube-client.ts';
import type { ApplyOutcome } from './applier.ts';
import { configMapKind, type ConfigMap } from './config-map.ts';
import { mergeTextBlock } from './merge-text-block.ts';
import { retryOnConflict } from '../client/retry-on-conflict.ts';

/** A marked block inside one key of a ConfigMap that others edit too. */
export interface ConfigMapTextBlock {
  readonly configMap: { readonly namespace: string; readonly name: string };
  readonly key: string;
  /** Names the block in its marker lines, `# entrepot begin <marker>` and `# entrepot end <marker>`. */
  readonly marker: string;
  /** Whole lines, each ended by a newline. Empty content removes the block. */
  readonly content: string;
}

const fieldManager = 'entrepot';

/**
 * Brings the block into the ConfigMap, which is created where it is missing and there is something to say. Other lines, keys and
 * labels stay; a concurrent edit is never overwritten but merged with.
 */
export async function applyTextBlock(
  client: KubeClient,
  block: ConfigMapTextBlock,
  signal?: AbortSignal,
): Promise<ApplyOutcome> {
  return retryOnConflict(async () => {
    const live = await client.get<ConfigMap>(configMapKind, block.configMap, signal);
    const text = live?.data?.[block.key] ?? '';
    const merged = mergeTextBlock(text, block.marker, block.content);
    if (merged === text) return 'unchanged';
    const data = { [block.key]: merged };
    if (live === undefined) {
      await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: block.configMap, data }, signal);
      return 'created';
    }
    const { resourceVersion } = live.metadata;
    await client.patch(
      configMapKind,
      block.configMap,
      { metadata: { resourceVersion }, data },
      { type: 'merge', fieldManager },
      signal,
    );
    return 'updated';
  });
}
