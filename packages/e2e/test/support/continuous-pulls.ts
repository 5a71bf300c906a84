import type { Cluster } from '../../src/cluster/cluster.ts';
import type { Pull } from './interruption.ts';
import { awaited } from './on-cluster.ts';

// On the node's disk: it is still there when the node's power was off.
const folder = '/var/lib/continuous-pulls';
const log = `${folder}/log`;
const stopFile = `${folder}/stop`;

/** Pulls one image on a node again and again, each time all of it, by containerd's own client and the node's trust. */
export class ContinuousPulls {
  readonly node: string;
  readonly #cluster: Cluster;
  readonly #image: string;

  private constructor(cluster: Cluster, node: string, image: string) {
    this.node = node;
    this.#cluster = cluster;
    this.#image = image;
  }

  static async start(cluster: Cluster, node: string, image: string): Promise<ContinuousPulls> {
    const pulls = new ContinuousPulls(cluster, node, image);
    await cluster.onNode(node, 'rm', '-rf', folder);
    await pulls.resume();
    return pulls;
  }

  /** Goes on after the node lost its power. */
  async resume(): Promise<void> {
    const image = this.#image;
    const script = `
      mkdir -p ${folder}
      now() { date +%s%3N; }
      pull() { ctr -n pulls images pull --hosts-dir /etc/docker/certs.d ${image} 2>&1; }
      while [ ! -e ${stopFile} ]; do
        began=$(now)
        if said=$(pull); then
          echo "$began $(now) ok" >>${log}
        else
          echo "$began $(now) $(echo "$said" | tr '\\n\\r' '  ')" >>${log}
          sleep 0.2
        fi
        # Without its image, content is collected: the next pull asks for every blob again.
        ctr -n pulls images rm --sync ${image} >/dev/null
      done`;
    await this.#cluster.detached(this.node, 'bash', '-c', script);
  }

  /** Every pull that has ended so far. */
  async pulls(): Promise<readonly Pull[]> {
    const lines = (await this.#cluster.onNode(this.node, 'cat', log).catch(() => '')).split('\n').filter(Boolean);
    return lines.map((line) => {
      const [began, ended, ...said] = line.split(' ');
      const error = said.join(' ').trim();
      return { began: Number(began), ended: Number(ended), ...(error !== 'ok' && { error: `${this.node}: ${error}` }) };
    });
  }

  async stop(): Promise<void> {
    await this.#cluster.onNode(this.node, 'touch', stopFile);
  }
}

/** Waits until each has pulled so many times more; failed pulls do not count. */
export async function pulledMore(all: readonly ContinuousPulls[], times: number): Promise<void> {
  const since = Date.now();
  for (const one of all) {
    await awaited(`${times} pulls more on ${one.node}`, async () => {
      const pulls = (await one.pulls()).filter(({ began }) => began >= since);
      const succeeded = pulls.filter(({ error }) => error === undefined);
      return succeeded.length >= times ? undefined : `${succeeded.length} so far ${pulls.at(-1)?.error ?? ''}`;
    });
  }
}
