import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiProxy } from './api-proxy.ts';
import { requestStatus } from './api-request.ts';
import { AuditLog } from './audit-log.ts';
import type { ControlPlane } from './control-plane.ts';
import { serverOf, writeKubeconfig, writePlainKubeconfig, type Credentials } from './credentials.ts';
import { isPortFree } from './free-port.ts';
import type { KubernetesPrograms } from './kubernetes-programs.ts';
import { poll } from './poll.ts';
import type { ProgramName } from './program-names.ts';
import {
  apiServerArguments,
  auditLogOf,
  controllerManagerArguments,
  etcdArguments,
  type Layout,
} from './program-arguments.ts';
import { ServerProcess } from './server-process.ts';
import type { Watchdog } from './watchdog.ts';

const startLimitMs = 60_000;
// Longer than any of them needs for itself; an API server would wait a minute for its watches to end.
const stopGraceMs = 2_000;

/** The three programs of one control plane, in the order in which they need each other. */
export class RunningControlPlane implements ControlPlane {
  readonly server: string;
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly directory: string;
  readonly audit: AuditLog;
  readonly serviceClusterIPRange: string;
  readonly #programs: KubernetesPrograms;
  readonly #layout: Layout;
  readonly #credentials: Credentials;
  readonly #watchdog: Watchdog;
  readonly #processes = new Map<ProgramName, ServerProcess>();
  readonly #proxies: ApiProxy[] = [];

  constructor(programs: KubernetesPrograms, layout: Layout, credentials: Credentials, watchdog: Watchdog) {
    this.server = serverOf(layout);
    this.directory = layout.directory;
    this.audit = new AuditLog(auditLogOf(layout));
    this.kubeconfig = join(layout.directory, 'admin.kubeconfig');
    this.kubectl = programs.kubectl;
    this.serviceClusterIPRange = layout.serviceClusterIPRange;
    this.#programs = programs;
    this.#layout = layout;
    this.#credentials = credentials;
    this.#watchdog = watchdog;
  }

  async start(): Promise<void> {
    await this.kubeconfigFor('admin', ['system:masters']);
    await this.#run('etcd', etcdArguments(this.#layout));
    // An API server whose etcd does not answer for 20 seconds ends; on a machine with much other work that happens.
    await this.#until('etcd answers', 'etcd', () => isHealthy(`http://127.0.0.1:${this.#layout.ports.etcd}/health`));
    await this.#startApiServer();
    await this.#run('kube-controller-manager', controllerManagerArguments(this.#layout));
    // Admission refuses pods until the controllers have made this account: the last thing to come.
    await this.#untilFound('/api/v1/namespaces/default/serviceaccounts/default', 'kube-controller-manager');
  }

  async kubeconfigFor(user: string, groups: readonly string[] = []): Promise<string> {
    const file = user.replaceAll(/[^\w.-]/g, '-');
    return writeKubeconfig(this.#layout, this.#credentials.authority, { file, user, groups });
  }

  async restartApiServer(awayMs = 0): Promise<void> {
    await this.#processes.get('kube-apiserver')?.stop(stopGraceMs);
    await delay(awayMs);
    await poll('port of kube-apiserver', () => isPortFree(this.#layout.ports.apiServer), { deadlineMs: startLimitMs });
    await this.#startApiServer();
  }

  async startProxy(): Promise<{ readonly proxy: ApiProxy; readonly kubeconfig: string }> {
    const { authority, admin } = this.#credentials;
    const proxy = await ApiProxy.start(this.server, { certificateAuthority: authority.certificate, client: admin });
    this.#proxies.push(proxy);
    return { proxy, kubeconfig: await writePlainKubeconfig(this.#layout, proxy.server) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#proxies.splice(0).map(async (proxy) => proxy.close()));
    for (const name of ['kube-controller-manager', 'kube-apiserver', 'etcd'] as const) {
      await this.#processes.get(name)?.stop(stopGraceMs);
    }
    for (const port of Object.values(this.#layout.ports)) {
      await poll(`port ${port}`, () => isPortFree(port), { deadlineMs: stopGraceMs });
    }
    await this.#watchdog.end();
  }

  async #startApiServer(): Promise<void> {
    await this.#run('kube-apiserver', apiServerArguments(this.#layout));
    await this.#untilFound('/readyz', 'kube-apiserver');
  }

  async #run(name: ProgramName, args: readonly string[]): Promise<void> {
    const logFile = join(this.directory, `${name}.log`);
    const process = await ServerProcess.start({
      name,
      program: this.#programs[name],
      args,
      logFile,
      watchdog: this.#watchdog,
    });
    this.#processes.set(name, process);
  }

  async #untilFound(path: string, program: ProgramName): Promise<void> {
    const { authority, admin } = this.#credentials;
    const credentials = { certificateAuthority: authority.certificate, client: admin };
    const url = `${this.server}${path}`;
    await this.#until(url, program, async () => (await requestStatus(url, credentials)) === 200);
  }

  /** Done when it is so; fails when the program ends before. */
  async #until(what: string, program: ProgramName, isSo: () => Promise<boolean>): Promise<void> {
    let ended: Error | undefined;
    const isOver = async (): Promise<boolean> => {
      ended = await this.#endOf(program);
      return ended !== undefined || isSo();
    };
    await poll(what, isOver, { deadlineMs: startLimitMs });
    if (ended !== undefined) throw ended;
  }

  async #endOf(program: ProgramName): Promise<Error | undefined> {
    return this.#processes
      .get(program)
      ?.assertRunning()
      .then(
        () => undefined,
        (error: Error) => error,
      );
  }
}

async function isHealthy(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok;
}
