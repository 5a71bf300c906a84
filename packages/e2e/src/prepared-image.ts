import { timed, type Progress } from '@entrepot/control-plane';
import type { DockerEngine } from './engine/docker-engine.ts';
import type { ImageSource } from './image-source.ts';

/** An image that is not ours, and the two ways to it. */
export interface WantedImage {
  /** In progress lines. */
  readonly title: string;
  readonly publicName: string;
  /** The name of the one built here: another one whenever something that goes into it changes. */
  readonly builtName: string;
  /** Makes the image `builtName` in the engine. */
  readonly build: () => Promise<void>;
}

// Over slow lines a node image takes minutes; an engine that reaches no registry says so at once.
const pullTimeoutMs = 600_000;

/** The name of an image that the engine then has, by the first way that works: it is there, it is pulled, it is built. */
export async function preparedImage(
  engine: DockerEngine,
  source: ImageSource,
  { title, publicName, builtName, build }: WantedImage,
  onProgress: Progress,
): Promise<string> {
  if (source !== 'built' && (await engine.hasImage(publicName))) return publicName;
  if (source !== 'public' && (await engine.hasImage(builtName))) return builtName;
  if (source !== 'built') {
    const pull = (): Promise<string> => engine.docker(['pull', '--quiet', publicName], { timeoutMs: pullTimeoutMs });
    try {
      await timed(onProgress, title, `pulling ${publicName}`, pull);
      return publicName;
    } catch (error) {
      if (source === 'public') throw error;
      onProgress(`${title}: ${publicName} cannot be pulled; building one instead`);
    }
  }
  await build();
  return builtName;
}
