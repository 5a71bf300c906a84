import type { Cluster } from '../../src/cluster/cluster.ts';
import type { Pull } from './interruption.ts';
import { awaited } from './on-cluster.ts';

// On the node's disk: it is still there when the node's power was off.
const root = '/var/lib/continuous-pulls';

/** Pulls one image on a node again and again, with short pauses, each time all of it, by containerd's own client and the node's trust. */
export class ContinuousPulls {
  readonly node: string;
  readonly #cluster: Cluster;
  readonly #folder: string;

  private constructor(cluster: Cluster, node: string, folder: string) {
    this.node = node;
    this.#cluster = cluster;
    this.#folder = folder;
  }

  static async start(cluster: Cluster, node: string, image: string): Promise<ContinuousPulls> {
    const folder = `${root}/${image.replaceAll('/', '_')}`;
    const script = `
      set -o pipefail
      cd ${folder}
      now() { date +%s%3N; }
      pull() { ctr -n pulls images pull --hosts-dir /etc/docker/certs.d ${image} 2>&1 >/dev/null | tail -n 1; }
      while [ ! -e stop ]; do
        began=$(now)
        said=$(pull) && outcome=ok || outcome="failed: $said"
        echo "$began $(now) $outcome" >>log
        # Without its image, content is collected: the next pull asks for every blob again.
        ctr -n pulls images rm --sync ${image} >/dev/null
        # Others need the cores, too.
        sleep 0.6
      done`;
    await cluster.onNode(node, 'bash', '-c', `rm -rf ${folder} && mkdir -p ${folder}`);
    await cluster.detached(node, 'flock', `${folder}/pulling`, 'bash', '-c', script);
    return new ContinuousPulls(cluster, node, folder);
  }

  /** Every pull that has ended so far. */
  async pulls(): Promise<readonly Pull[]> {
    const log = await this.#cluster.onNode(this.node, 'cat', `${this.#folder}/log`).catch(() => '');
    const lines = log.split('\n').filter(Boolean);
    return lines.map((line) => {
      const [began, ended, ...said] = line.split(' ');
      const error = said.join(' ').trim();
      return { began: Number(began), ended: Number(ended), ...(error !== 'ok' && { error: `${this.node}: ${error}` }) };
    });
  }

  /** Done when nothing is pulled any more. */
  async stop(): Promise<void> {
    await this.#cluster.onNode(this.node, 'touch', `${this.#folder}/stop`);
    // Whoever pulls holds it; so does nobody after the node's power was off.
    await this.#cluster.onNode(this.node, 'flock', '--timeout', '180', `${this.#folder}/pulling`, 'true');
  }
}

/** Done when none of them pulls any more. */
export async function stopPulls(all: readonly ContinuousPulls[]): Promise<void> {
  await Promise.all(all.map((one) => one.stop()));
}

/** Waits until each has pulled so many times more, without a failure in between. */
export async function pulledMore(all: readonly ContinuousPulls[], times: number): Promise<void> {
  const since = Date.now();
  await awaited(`${times} pulls more on each node`, async () => {
    const missing = await Promise.all(
      all.map(async (one) => {
        const latest = (await one.pulls()).filter(({ began }) => began >= since).slice(-times);
        const failed = latest.findLast(({ error }) => error !== undefined);
        if (failed === undefined && latest.length === times) return [];
        return failed?.error ?? `${one.node}: ${latest.length} so far`;
      }),
    );
    return missing.flat().join(', ') || undefined;
  });
}
