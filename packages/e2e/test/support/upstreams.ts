import { join } from 'node:path';
import { registryPrograms } from '@entrepot/testkit';
import { nodePrograms } from '../../src/node-image/node-programs.ts';
import { pushImage } from '../../src/upstream/push-image.ts';
import { registryImage } from '../../src/upstream/registry-image.ts';
import { Upstream, type UpstreamOptions } from '../../src/upstream/upstream.ts';
import { sharedCluster } from './on-cluster.ts';

/** What upstreams of the tests differ in. */
export type UpstreamSecurity = Pick<UpstreamOptions, 'tls' | 'account'>;

/** An upstream outside of the shared cluster, and how images get into it. */
export interface FilledUpstream {
  readonly upstream: Upstream;
  /** Pushes an image that a pod can run, another one each time; returns its digest. */
  readonly push: (name: string, layers?: readonly number[]) => Promise<string>;
}

/** Starts the registry `<name>.upstream.test`. */
export async function startUpstream(name: string, security: UpstreamSecurity = {}): Promise<FilledUpstream> {
  const { engine, cluster } = await sharedCluster();
  const image = await registryImage(engine, () => {});
  const options = { engine, image, cluster: cluster.address.name, name: `${name}.upstream.test` };
  const upstream = await Upstream.start({ ...options, ...security });
  const { crane } = await registryPrograms();
  const program = join((await nodePrograms(() => {})).pause, 'pause');
  const tools = { crane, program, ...(security.account !== undefined && { account: security.account }) };
  return { upstream, push: (image, layers = [1_000_000]) => pushImage(upstream, { name: image, layers }, tools) };
}
