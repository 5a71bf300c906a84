import type { Cluster } from '../../src/cluster/cluster.ts';

const log = '/run/continuous-pulls.log';
const stopFile = '/run/continuous-pulls.stop';

/** Pulls one image on a node again and again, each time all of it, by containerd's own client and the node's trust. */
export class ContinuousPulls {
  readonly #cluster: Cluster;
  readonly #node: string;

  private constructor(cluster: Cluster, node: string) {
    this.#cluster = cluster;
    this.#node = node;
  }

  static async start(cluster: Cluster, node: string, image: string): Promise<ContinuousPulls> {
    const script = `
      rm -f ${log} ${stopFile}
      pull() { ctr -n pulls images pull --hosts-dir /etc/docker/certs.d ${image} 2>&1; }
      while [ ! -e ${stopFile} ]; do
        if said=$(pull); then echo ok; else echo "$(date -u +%T) failed: $(echo "$said" | tr '\\n' ' ')"; fi >>${log}
        # Without its image, content is collected: the next pull asks for every blob again.
        ctr -n pulls images rm --sync ${image} >/dev/null
      done`;
    await cluster.detached(node, 'bash', '-c', script);
    return new ContinuousPulls(cluster, node);
  }

  /** What came of the pulls so far: how many succeeded, and why others did not. */
  async outcome(): Promise<{ readonly succeeded: number; readonly failures: readonly string[] }> {
    const lines = (await this.#cluster.onNode(this.#node, 'cat', log).catch(() => '')).split('\n').filter(Boolean);
    const failures = lines.filter((line) => line !== 'ok');
    return { succeeded: lines.length - failures.length, failures: failures.map((line) => `${this.#node}: ${line}`) };
  }

  async stop(): Promise<void> {
    await this.#cluster.onNode(this.#node, 'touch', stopFile);
  }
}
