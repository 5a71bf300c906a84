import { BenchCluster, benchUser, operatorUser } from './bench-cluster.ts';
import { createMirrors, MirrorWatch, mirrorNames } from './mirrors.ts';
import { OperatorProcess } from './operator-process.ts';
import { countRequests, type RequestCounts } from './request-counts.ts';
import { WorkloadStandIn } from './workload-stand-in.ts';

/** What it took to bring mirrors up that were applied at once. */
export interface Arrival {
  /** From the first mirror's creation to the last object or status that says it is there. */
  readonly appliedMs: number;
  /** Until then, and until every mirror was Ready. */
  readonly applied: RequestCounts;
  readonly ready: RequestCounts;
}

/** What it took a new operator to find that there is nothing to do. */
export interface Restart {
  readonly ms: number;
  readonly counts: RequestCounts;
}

/** Mirrors in a cluster of their own, and the operator that keeps them. */
export class Fleet {
  readonly cluster: BenchCluster;
  readonly names: readonly string[];
  readonly watch: MirrorWatch;
  readonly #standIn: WorkloadStandIn[] = [];
  #operator: OperatorProcess;

  private constructor(cluster: BenchCluster, operator: OperatorProcess, names: readonly string[]) {
    this.cluster = cluster;
    this.names = names;
    this.watch = new MirrorWatch(cluster.client);
    this.#operator = operator;
  }

  /** A cluster with an operator that has nothing to do yet. */
  static async start(size: number): Promise<Fleet> {
    const cluster = await BenchCluster.start();
    const operator = await OperatorProcess.start(cluster.operatorKubeconfig);
    await operator.settled(0, 30_000);
    return new Fleet(cluster, operator, mirrorNames('bench', size));
  }

  get operator(): OperatorProcess {
    return this.#operator;
  }

  /** Applies all mirrors at once, then reports their pods ready. */
  async arrive(): Promise<Arrival> {
    const { cluster, names, watch } = this;
    const deadlineMs = 60_000 + names.length * 300;
    const since = Date.now();
    const client = await cluster.clientFor(benchUser);
    await createMirrors(client, names);
    await client.close();
    await watch.all('applied', names.length, deadlineMs);
    await this.#operator.settled(names.length, deadlineMs);
    const applied = countRequests(await cluster.audit.requestsOf(operatorUser, since));
    const created = await cluster.audit.requestsOf(benchUser, since);
    const first = Math.min(...created.map(({ fromMs }) => fromMs));
    this.#standIn.push(new WorkloadStandIn(cluster.client));
    await watch.all('ready', names.length, deadlineMs);
    await this.#operator.settled(names.length, deadlineMs);
    return {
      appliedMs: Math.max(...applied.writes.map(({ untilMs }) => untilMs)) - first,
      applied,
      ready: countRequests(await cluster.audit.requestsOf(operatorUser, since)),
    };
  }

  /** Ends the operator and starts it again; resolves with what the new one asked for until it had looked at every mirror. */
  async restart(): Promise<Restart> {
    await this.#operator.stop();
    const since = Date.now();
    this.#operator = await OperatorProcess.start(this.cluster.operatorKubeconfig);
    await this.#operator.settled(this.names.length, 60_000 + this.names.length * 150);
    const ms = Date.now() - since;
    return { ms, counts: countRequests(await this.cluster.audit.requestsOf(operatorUser, since)) };
  }

  async stop(): Promise<void> {
    await this.#operator.stop();
    await this.watch.stop();
    for (const standIn of this.#standIn) await standIn.stop();
    await this.cluster.stop();
  }
}
