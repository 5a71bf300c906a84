import { describe, expect, test } from 'vitest';
import { DockerEngine } from '../src/engine/docker-engine.ts';
import { preparedImage } from '../src/prepared-image.ts';

/** An engine that has some images, and reaches a registry or does not. */
class KnownEngine extends DockerEngine {
  readonly #images: ReadonlySet<string>;
  readonly #reachesRegistry: boolean;

  constructor(images: readonly string[], reachesRegistry: boolean) {
    super('unix:///nowhere');
    this.#images = new Set(images);
    this.#reachesRegistry = reachesRegistry;
  }

  override async hasImage(image: string): Promise<boolean> {
    return this.#images.has(image);
  }

  override async docker([command]: readonly string[]): Promise<string> {
    if (command === 'pull' && this.#reachesRegistry) return '';
    throw new Error('no such host');
  }
}

describe('an image that is not ours', () => {
  test.each([
    { source: 'auto', images: ['public', 'built'], online: true, expected: 'public', steps: [] },
    { source: 'auto', images: ['built'], online: true, expected: 'built', steps: [] },
    { source: 'auto', images: [], online: true, expected: 'public', steps: [] },
    { source: 'auto', images: [], online: false, expected: 'built', steps: ['build'] },
    { source: 'public', images: ['built'], online: true, expected: 'public', steps: [] },
    { source: 'built', images: ['public'], online: true, expected: 'built', steps: ['build'] },
    { source: 'built', images: ['built'], online: true, expected: 'built', steps: [] },
  ] as const)(
    '$source, with $images in the engine and a registry reached: $online, is the $expected one',
    async ({ source, images, online, expected, steps }) => {
      const done: string[] = [];
      const build = async (): Promise<void> => void done.push('build');
      const wanted = { title: 'base', publicName: 'public', builtName: 'built', build };
      expect(await preparedImage(new KnownEngine(images, online), source, wanted, () => {})).toBe(expected);
      expect(done).toEqual(steps);
    },
  );

  test('when only a public one will do and none can be had, the reason is what the engine says', async () => {
    const build = async (): Promise<void> => {};
    const wanted = { title: 'base', publicName: 'public', builtName: 'built', build };
    await expect(preparedImage(new KnownEngine([], false), 'public', wanted, () => {})).rejects.toThrow('no such host');
  });
});
