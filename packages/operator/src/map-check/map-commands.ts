import { ConfigMap, writeTextBlocks } from '@entrepot/core';
import { imageswap } from '@entrepot/strategy-imageswap';
import { FailedError } from '../cli/exit.ts';
import type { Host } from '../cli/host.ts';
import { clientToken, compose, mapStateToken } from '../composition.ts';
import type { Configuration } from '../configuration.ts';
import { connect, type ClusterOptions } from '../connect.ts';
import { messageOf } from '../message-of.ts';
import { mirrorSettings } from '../mirror-settings.ts';
import { checkMap } from './check-map.ts';
import { textOf } from './in-cluster-map.ts';

/** Nobody waits longer than this for a check. */
const checkLimitMs = 10_000;

/**
 * `--map-update`: writes the map from the RegistryMirrors and Services that are there, if the operator would, and ends.
 *
 * @throws FailedError that says why it is not written
 */
export async function updateMapOnce(cluster: ClusterOptions, configuration: Configuration, host: Host): Promise<void> {
  const { settings, strategies, templates } = configuration;
  const parts = await oneShot(cluster, configuration);
  const client = parts.resolve(clientToken);
  try {
    const input = { client, settings: mirrorSettings(settings), strategies, templates, strategy: imageswap.name };
    const blocks = await writeTextBlocks(input, host.signal);
    if (blocks.length === 0) host.say('no mirror uses the ImageSwap map, so nothing is written\n');
    for (const block of blocks) {
      await parts.resolve(mapStateToken).record(imageswap.name, block);
      host.say(`the map in ConfigMap ${block.configMap.namespace}/${block.configMap.name} is written\n`);
    }
  } catch (error) {
    throw new FailedError(`the map was not written: ${messageOf(error)}`, { cause: error });
  } finally {
    await client.close();
  }
}

/**
 * `--map-check` wherever the program runs; in a pod, the probe does the same in less time.
 *
 * @throws FailedError when the map is not as the operator last wrote it
 */
export async function checkMapOnce(cluster: ClusterOptions, configuration: Configuration, host: Host): Promise<void> {
  const client = (await oneShot(cluster, configuration)).resolve(clientToken);
  try {
    const { isAsWritten, message } = await checkMap(
      configuration.settings.imageswapMapStateFile,
      async ({ configMap, key }, signal) => textOf(await client.get(ConfigMap, configMap, signal), key),
      AbortSignal.any([host.signal, AbortSignal.timeout(checkLimitMs)]),
    );
    if (!isAsWritten) throw new FailedError(message);
    host.say(`${message}\n`);
  } finally {
    await client.close();
  }
}

async function oneShot(cluster: ClusterOptions, configuration: Configuration) {
  return compose({ configuration, connection: await connect(cluster), identity: 'once', isElected: false });
}
