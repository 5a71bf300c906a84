import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The value of an Authorization header with user name and password. */
export type BasicAuthorization = `Basic ${string}`;

/** Reads user name and password from files that may change at any time, as a mounted Secret does. */
export class Credentials {
  readonly #folder: string | undefined;

  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** What the files say now; undefined when there are none. A final newline does not count. */
  async read(): Promise<BasicAuthorization | undefined> {
    if (this.#folder === undefined) return undefined;
    const [username, password] = await Promise.all([this.#line('username'), this.#line('password')]);
    if (username === undefined || password === undefined) return undefined;
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  async #line(name: string): Promise<string | undefined> {
    try {
      return (await readFile(join(this.#folder ?? '', name), 'utf8')).replace(/\r?\n$/, '');
    } catch {
      // Not mounted yet, or taken away: requests are anonymous then, and the upstream decides.
      return undefined;
    }
  }
}
