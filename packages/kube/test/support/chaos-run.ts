import { isDeepStrictEqual } from 'node:util';
import { eventually } from '@entrepot/control-plane';
import type { ApiProxy, ControlPlane } from '@entrepot/control-plane';
import { Informer, KubeClient, loadConnection, type Change, type KubernetesObject } from '../../src/index.ts';
import { anyCRD, freshNamespace } from './cluster.ts';
import { JumpingClock } from './jumping-clock.ts';

const Widget = { group: 'chaos.example', version: 'v1', kind: 'Widget' };

/** The defaults are made for API servers that take their time. */
export const impatient = { requestInactivityMs: 2_000, watchInactivityMs: 1_500 };

/** An informer that sees a real API server through a proxy, and a second client that needs none. */
export class ChaosRun {
  readonly plane: ControlPlane;
  readonly proxy: ApiProxy;
  readonly informer: Informer;
  readonly clock = new JumpingClock();
  /** `added name/uid` and the like, in the order in which the informer told it. */
  readonly told: string[] = [];
  /** What it told that could not be: an object added that was there, updated or deleted that was not. */
  readonly impossible: string[] = [];
  readonly #uids = new Map<string, string | undefined>();
  readonly #namespace: string;
  readonly #direct: KubeClient;
  readonly #proxied: KubeClient;
  readonly #stop = new AbortController();
  readonly #run: Promise<void>;

  private constructor(plane: ControlPlane, proxy: ApiProxy, clients: Clients, namespace: string) {
    this.plane = plane;
    this.proxy = proxy;
    this.#direct = clients.direct;
    this.#proxied = clients.proxied;
    this.#namespace = namespace;
    this.informer = new Informer({ client: this.#proxied, kind: Widget, namespace, clock: this.clock });
    this.informer.onChange((change) => this.#take(change));
    this.#run = this.informer.run(this.#stop.signal);
  }

  /** Objects `kept`, `changed`, `gone` and `reborn`, an informer that knows them, and its watch, which is open. */
  static async start(plane: ControlPlane): Promise<ChaosRun> {
    const { proxy, kubeconfig } = await plane.startProxy();
    const direct = new KubeClient(await loadConnection({ kubeconfig: plane.kubeconfig }));
    const proxied = new KubeClient(await loadConnection({ kubeconfig }), impatient);
    const run = new ChaosRun(plane, proxy, { direct, proxied }, await freshNamespace(direct));
    await direct.create(anyCRD(Widget.group, Widget.kind)).catch(() => {});
    for (const name of ['kept', 'changed', 'gone', 'reborn']) await eventually(async () => run.#create(name));
    await run.isRight();
    await run.hasOneWatch();
    return run;
  }

  /** What happens meanwhile. Resolves with what an informer has to tell of some objects from the beginning to the end. */
  async change(): Promise<Readonly<Record<string, readonly string[]>>> {
    const before = await this.#uidsByName();
    const key = (name: string) => ({ namespace: this.#namespace, name });
    await this.#direct.patch(Widget, key('changed'), { by: 'somebody' }, { type: 'merge' });
    for (const name of ['gone', 'reborn']) await this.#direct.delete(Widget, key(name));
    for (const name of ['reborn', 'new']) await this.#create(name);
    const after = await this.#uidsByName();
    return {
      kept: [`added ${before['kept']}`],
      changed: [`added ${before['changed']}`, `updated ${before['changed']}`],
      gone: [`added ${before['gone']}`, `deleted ${before['gone']}`],
      reborn: [`added ${before['reborn']}`, `deleted ${before['reborn']}`, `added ${after['reborn']}`],
      new: [`added ${after['new']}`],
    };
  }

  /** Resolves when the informer's store is what the API server has, uids and resource versions included. */
  async isRight(): Promise<void> {
    await eventually(async () => {
      const { items } = await this.#direct.list(Widget, { namespace: this.#namespace });
      const known = versionsOf(this.informer.store.list());
      if (!isDeepStrictEqual(known, versionsOf(items))) throw new Error(`the store has ${known.join(', ')}`);
    });
  }

  /** Resolves when the API server has one watch of this client; fails when there are more, or none. */
  async hasOneWatch(): Promise<void> {
    await eventually(() => {
      const { openWatches } = this.proxy;
      if (openWatches.length !== 1) throw new Error(`open watches: ${openWatches.join(', ')}`);
    });
  }

  /** How often the informer has asked for all objects. */
  get lists(): number {
    return this.proxy.requests.filter(({ isWatch, path }) => !isWatch && path.endsWith('/widgets')).length;
  }

  /** What was told of each object. */
  toldOf(): Readonly<Record<string, readonly string[]>> {
    const all = Object.groupBy(this.told, (line) => /\w+(?=\/)/.exec(line)?.[0] ?? '');
    return Object.fromEntries(
      Object.entries(all).map(([name, lines = []]) => [name, lines.map((line) => line.replace(`${name}/`, ''))]),
    );
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#run;
    await eventually(() => {
      if (this.proxy.openWatches.length > 0) throw new Error('a watch is still open');
    });
    await this.#proxied.close();
    await this.#direct.close();
  }

  #take({ type, object: { metadata } }: Change<KubernetesObject>): void {
    const { name, uid } = metadata;
    const line = `${type} ${name}/${uid}`;
    this.told.push(line);
    const isPossible = type === 'added' ? !this.#uids.has(name) : this.#uids.get(name) === uid;
    if (!isPossible) this.impossible.push(line);
    if (type === 'deleted') this.#uids.delete(name);
    else this.#uids.set(name, uid);
  }

  async #create(name: string): Promise<void> {
    const metadata = { namespace: this.#namespace, name };
    await this.#direct.create({ apiVersion: 'chaos.example/v1', kind: 'Widget', metadata });
  }

  async #uidsByName(): Promise<Readonly<Record<string, string>>> {
    const { items } = await this.#direct.list(Widget, { namespace: this.#namespace });
    return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.uid ?? '']));
  }
}

interface Clients {
  readonly direct: KubeClient;
  readonly proxied: KubeClient;
}

function versionsOf(objects: readonly KubernetesObject[]): readonly string[] {
  return objects.map(({ metadata: { name, uid, resourceVersion } }) => `${name}/${uid}/${resourceVersion}`).sort();
}
