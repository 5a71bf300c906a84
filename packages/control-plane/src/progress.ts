/** Takes one line about a step that takes long: what is done, or what was done and in which time. */
export type Progress = (line: string) => void;

/** Runs a step and reports it once when it begins and once, with its time, when it is done; errors pass through. */
export async function timed<T>(onProgress: Progress, name: string, step: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  onProgress(`${name}: ${step} …`);
  const result = await work();
  onProgress(`${name}: ${step}: done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}
