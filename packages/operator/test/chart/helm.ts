import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { helmProgram } from '@entrepot/control-plane';
import type { KubernetesObject } from '@entrepot/kube';
import { readObjects } from '../../src/render/read-objects.ts';

/** The chart's folder in this checkout. */
export const chartFolder = fileURLToPath(new URL('../../../../charts/entrepot', import.meta.url));

/** What a run of Helm came to. */
export interface HelmRun {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

/** The real Helm, with folders of its own that go with the process. */
export class Helm {
  readonly #program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'entrepot-helm-'));
  readonly #kubeconfig: string;

  private constructor(program: string, kubeconfig: string) {
    this.#program = program;
    this.#kubeconfig = kubeconfig;
  }

  /** Without a kubeconfig it knows no cluster. */
  static async find(kubeconfig = '/nowhere'): Promise<Helm> {
    return new Helm(await helmProgram(), kubeconfig);
  }

  /** Runs it with these words, and with values on its standard input where they name the file `-`. */
  async run(words: readonly string[], values: object = {}): Promise<HelmRun> {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.#folder,
      HELM_CACHE_HOME: join(this.#folder, 'cache'),
      HELM_CONFIG_HOME: join(this.#folder, 'config'),
      HELM_DATA_HOME: join(this.#folder, 'data'),
      KUBECONFIG: this.#kubeconfig,
    };
    const { promise, resolve } = Promise.withResolvers<HelmRun>();
    const child = execFile(this.#program, words, { env, maxBuffer: 1 << 26 }, (_error, out, said) =>
      resolve({ code: child.exitCode ?? Number.NaN, out, said }),
    );
    child.stdin?.on('error', () => {}).end(JSON.stringify(values));
    return promise;
  }

  /** What it prints. Fails with what it says. */
  async done(words: readonly string[], values: object = {}): Promise<string> {
    const { code, out, said } = await this.run(words, values);
    if (code !== 0) throw new Error(`helm ${words.join(' ')} ended with ${code}\n${said}${out}`);
    return out;
  }

  /** The objects that the chart's templates make of values, but for hooks. */
  async template(namespace: string, values: object): Promise<readonly KubernetesObject[]> {
    const words = ['template', 'entrepot', chartFolder, '--namespace', namespace, '--no-hooks', '--values', '-'];
    return readObjects(await this.done(words, values), 'helm template').map(({ object }) => object);
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
