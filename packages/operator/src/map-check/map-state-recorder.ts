import type { TextBlock } from '@entrepot/core';
import { mergeTextBlock, type Logger } from '@entrepot/kube';
import { messageOf } from '../message-of.ts';
import { removeMapState, writeMapState } from './map-state.ts';

/** Notes what the operator wrote to the map, for `--map-check`. Where that cannot be kept, the operator works all the same. */
export class MapStateRecorder {
  readonly #file: string;
  readonly #logger: Logger;
  #block: string | undefined;
  #isSilent = false;

  constructor(file: string, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
  }

  /** To be called at the start and when this process leads no more: what was written until then, another one may change. */
  async forget(): Promise<void> {
    this.#block = undefined;
    await this.#keep(async () => removeMapState(this.#file));
  }

  /** Takes a block of text that is in place; those of other strategies are of no interest. */
  async record(strategy: string, { configMap, key, marker, content }: TextBlock): Promise<void> {
    if (strategy !== 'imageswap') return;
    const block = mergeTextBlock('', marker, content);
    if (block === this.#block) return;
    await this.#keep(async () => {
      await writeMapState(this.#file, { configMap, key, block });
      this.#block = block;
    });
  }

  async #keep(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (this.#isSilent) return;
      this.#isSilent = true;
      this.#logger.info(
        {},
        `what is written to the map is not noted, so --map-check says nothing: ${messageOf(error)}`,
      );
    }
  }
}
