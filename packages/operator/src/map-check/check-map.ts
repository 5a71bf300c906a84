import { setTimeout as delay } from 'node:timers/promises';
import { type MapState, readMapState } from './map-state.ts';

/**
 * Reads the map: the text of the key, undefined when the ConfigMap or the key is not there.
 *
 * @throws Error when that cannot be found out
 */
export type ReadMap = (place: Pick<MapState, 'configMap' | 'key'>, signal: AbortSignal) => Promise<string | undefined>;

export interface Verdict {
  readonly isAsWritten: boolean;
  /** A sentence for whoever looks at the probe. */
  readonly message: string;
}

/** A running operator needs a moment to note what it wrote, and mends what others did to its lines. */
const secondLookAfterMs = 200;

/**
 * Says whether the map still holds what the operator last wrote; lines of others do not matter. What a restart would not mend
 * is no reason for one: nothing written yet, no answer of the API server, no right to read the map.
 */
export async function checkMap(file: string, read: ReadMap, signal: AbortSignal): Promise<Verdict> {
  try {
    const first = await look(file, read, signal);
    if (first.isAsWritten) return first;
    await delay(secondLookAfterMs, undefined, { signal });
    return await look(file, read, signal);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { isAsWritten: true, message: `whether the map is as it was written cannot be told: ${reason}` };
  }
}

async function look(file: string, read: ReadMap, signal: AbortSignal): Promise<Verdict> {
  const state = await readMapState(file);
  if (state === undefined) return { isAsWritten: true, message: 'nothing was written to the map yet' };
  const text = await read(state, signal);
  const { namespace, name } = state.configMap;
  const map = `key ${state.key} of ConfigMap ${namespace}/${name}`;
  return holds(text ?? '', state.block)
    ? { isAsWritten: true, message: `${map} is as the operator last wrote it` }
    : { isAsWritten: false, message: `${map} is not as the operator last wrote it` };
}

/** Whether these whole lines stand in the text. */
function holds(text: string, lines: string): boolean {
  return `\n${text}`.includes(`\n${lines}`);
}
