import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConnectionError, type Connection, type Credentials } from './connection.ts';

/**
 * The current context of a kubeconfig, JSON or YAML.
 *
 * Supported: an https server; its CA as file or data, `insecure-skip-tls-verify`, `tls-server-name`; users with a client
 * certificate (files or data), a token or a token file. Files are taken from the kubeconfig's folder and read anew for every
 * request. Not supported, and refused by name: `exec` and `auth-provider` plugins, passwords, proxies.
 *
 * @throws ConnectionError naming what is wrong
 */
export async function kubeconfigConnection(path: string): Promise<Connection> {
  const config = new Section(await parsed(path), path);
  const context = config.named('contexts', config.text('current-context')).section('context');
  const cluster = config.named('clusters', context.text('cluster')).section('cluster');
  const user = config.named('users', context.text('user')).section('user');
  cluster.refuse('proxy-url');
  user.refuse('exec', 'auth-provider', 'username');
  const server = new URL(cluster.text('server') ?? '');
  if (server.protocol !== 'https:') throw new ConnectionError(`${path}: the server must be an https address`);
  return { server, credentials: () => credentials(cluster, user) };
}

async function credentials(cluster: Section, user: Section): Promise<Credentials> {
  const ca = await cluster.bytes('certificate-authority');
  const cert = await user.bytes('client-certificate');
  const key = await user.bytes('client-key');
  const servername = cluster.text('tls-server-name');
  const token = (await user.file('tokenFile'))?.toString('utf8').trim() ?? user.text('token');
  return {
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(servername !== undefined && { servername }),
      rejectUnauthorized: !cluster.flag('insecure-skip-tls-verify'),
    },
    ...(token !== undefined && { token }),
  };
}

async function parsed(path: string): Promise<unknown> {
  // Loaded only when there is a kubeconfig: on nodes there is none, and memory there is dear.
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(await readFile(path, 'utf8'));
    return value;
  } catch (error) {
    throw new ConnectionError(`${path} cannot be read`, { cause: error });
  }
}

/** A mapping of the file; what is missing or of another type is undefined. */
class Section {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    this.#fields = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
    this.#path = path;
  }

  text(field: string): string | undefined {
    const value = this.#fields.get(field);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  flag(field: string): boolean {
    return this.#fields.get(field) === true;
  }

  section(field: string): Section {
    return new Section(this.#fields.get(field), this.#path);
  }

  /** The entry of a list whose `name` is this one. */
  named(list: string, name: string | undefined): Section {
    const entries: unknown = this.#fields.get(list);
    const found = (Array.isArray(entries) ? entries : [])
      .map((entry: unknown) => new Section(entry, this.#path))
      .find((entry) => entry.text('name') === name);
    if (found === undefined || name === undefined) {
      throw new ConnectionError(`${this.#path}: ${list} has no entry ${name ?? 'that the current context names'}`);
    }
    return found;
  }

  refuse(...fields: readonly string[]): void {
    const present = fields.find((field) => this.#fields.has(field));
    if (present !== undefined) throw new ConnectionError(`${this.#path}: ${present} is not supported`);
  }

  async file(field: string): Promise<Buffer | undefined> {
    const path = this.text(field);
    return path === undefined ? undefined : readFile(resolve(dirname(this.#path), path));
  }

  /** `<field>-data` in base64, else the file that `<field>` names. */
  async bytes(field: string): Promise<Buffer | undefined> {
    const data = this.text(`${field}-data`);
    return data === undefined ? this.file(field) : Buffer.from(data, 'base64');
  }
}
