import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { sharedCluster } from '../support/on-cluster.ts';

const nodesSchema = z.object({
  items: z.array(
    z.object({
      status: z.object({
        nodeInfo: z.object({
          kubeletVersion: z.string(),
          containerRuntimeVersion: z.string(),
          osImage: z.string(),
          architecture: z.string(),
        }),
      }),
    }),
  ),
});

test('the support matrix names what every node of the cluster says that it is', async () => {
  const matrix = await readFile(new URL('../../../../docs/support-matrix.md', import.meta.url), 'utf8');
  const { cluster } = await sharedCluster();
  const { items } = nodesSchema.parse(JSON.parse(await cluster.kubectl(['get', 'nodes', '-o', 'json'])));
  const said = items.flatMap(({ status: { nodeInfo } }) => [
    nodeInfo.kubeletVersion,
    // `containerd://1.6.20~ds1`: fixes come and go with the distribution.
    nodeInfo.containerRuntimeVersion.replace(/^(\w+):\/\/v?(\d+\.\d+).*$/, '$1 $2'),
    nodeInfo.osImage,
    nodeInfo.architecture,
  ]);
  expect([...new Set(said)].filter((words) => !matrix.includes(words))).toEqual([]);
});
