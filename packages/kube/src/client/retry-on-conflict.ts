import { isConflict } from '../errors.ts';

const attempts = 5;

/** Reads and writes again, at once, when somebody else wrote in between; after a few times the conflict is the caller's. */
export async function retryOnConflict<T>(readAndWrite: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await readAndWrite();
    } catch (error) {
      if (!isConflict(error) || attempt === attempts) throw error;
    }
  }
}
