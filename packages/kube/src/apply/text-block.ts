import type { KubeClient } from '../client/kube-client.ts';
import type { ApplyOutcome } from './applier.ts';
import { configMapKind, type ConfigMap } from './config-map.ts';
import { mergeTextBlock } from './merge-text-block.ts';
import { retryOnConflict } from '../client/retry-on-conflict.ts';
import { isNotFound, WaitingError } from '../errors.ts';

/** A marked block inside one key of a ConfigMap that others edit too. */
export interface ConfigMapTextBlock {
  readonly configMap: { readonly namespace: string; readonly name: string };
  readonly key: string;
  /** Names the block in its marker lines, `# entrepot begin <marker>` and `# entrepot end <marker>`. */
  readonly marker: string;
  /** Whole lines, each ended by a newline. Empty content removes the block. */
  readonly content: string;
  /** Lines of others that the block stands in for: they go when it is written. */
  readonly replaces?: readonly string[];
}

/** How long to wait for a namespace that somebody else makes; nobody tells when it is there. */
const namespaceWaitMs = 5_000;

export interface TextBlockOptions {
  /** Under which name others see who wrote it. */
  readonly fieldManager: string;
}

/**
 * Brings the block into the ConfigMap, which is created where it is missing and there is something to say. Other lines, keys and
 * labels stay; a concurrent edit is never overwritten but merged with.
 *
 * @throws WaitingError `NamespaceMissing` when there is no namespace to make the ConfigMap in
 */
export async function applyTextBlock(
  client: KubeClient,
  block: ConfigMapTextBlock,
  { fieldManager }: TextBlockOptions,
  signal?: AbortSignal,
): Promise<ApplyOutcome> {
  return retryOnConflict(async () => {
    const live = await client.get<ConfigMap>(configMapKind, block.configMap, signal);
    const text = live?.data?.[block.key] ?? '';
    const merged = mergeTextBlock(text, block.marker, block.content, block.replaces);
    if (merged === text) return 'unchanged';
    const data = { [block.key]: merged };
    if (live === undefined) {
      const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: block.configMap, data };
      await create(client, configMap, fieldManager, signal);
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

async function create(
  client: KubeClient,
  configMap: ConfigMap,
  fieldManager: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await client.create(configMap, { fieldManager }, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const { namespace, name } = configMap.metadata;
    const message = `ConfigMap ${name} is to be in namespace ${namespace}, which does not exist`;
    throw new WaitingError('NamespaceMissing', message, namespaceWaitMs);
  }
}
