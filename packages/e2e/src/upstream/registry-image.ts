import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { registryPrograms } from '@entrepot/testkit';
import type { Progress } from '@entrepot/control-plane';
import type { DockerEngine } from '../engine/docker-engine.ts';
import { importImage } from '../engine/import-image.ts';

/** The image of upstream registries: testkit's registry and nothing else. Imported into the engine on first use. */
export async function registryImage(engine: DockerEngine, onProgress: Progress): Promise<string> {
  const { registry } = await registryPrograms(onProgress);
  const folder = dirname(registry);
  // The folder's name tells the version of what is in it.
  const image = `entrepot.test/registry:${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`;
  if (!(await engine.hasImage(image))) {
    const changes = ['ENTRYPOINT ["/programs/registry"]'];
    await importImage(engine, { names: [image], content: { [folder]: 'programs' }, changes });
  }
  return image;
}
