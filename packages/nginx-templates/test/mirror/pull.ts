import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Answer, RegistryClient } from './registry-client.ts';

const descriptor = z.object({ digest: z.string() });
const manifestShape = z.object({
  config: descriptor.optional(),
  layers: z.array(descriptor).default([]),
  manifests: z.array(descriptor).default([]),
});

/** Pulls everything a reference leads to, as a node does: each piece by its digest, which is checked. Returns the digests. */
export async function pull(client: RegistryClient, repository: string, reference: string): Promise<readonly string[]> {
  const answer = await client.get(`/v2/${repository}/manifests/${reference}`);
  const digest = digestOfManifest(answer, reference);
  const { config, layers, manifests } = manifestShape.parse(JSON.parse(answer.body.toString()));
  const pulled = [digest];
  for (const child of manifests) pulled.push(...(await pull(client, repository, child.digest)));
  for (const blob of [...(config === undefined ? [] : [config]), ...layers]) {
    verified(await client.get(`/v2/${repository}/blobs/${blob.digest}`), blob.digest);
    pulled.push(blob.digest);
  }
  return pulled;
}

function digestOfManifest(answer: Answer, reference: string): string {
  const digest = reference.includes(':') ? reference : String(answer.headers['docker-content-digest']);
  verified(answer, digest);
  return digest;
}

function verified({ status, body }: Answer, digest: string): void {
  if (status !== 200) throw new Error(`${digest}: ${status} ${body.toString()}`);
  const [algorithm = ''] = digest.split(':');
  const actual = `${algorithm}:${createHash(algorithm).update(body).digest('hex')}`;
  if (actual !== digest) throw new Error(`asked for ${digest}, got ${actual}`);
}
