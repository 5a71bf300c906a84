import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ControlPlane } from './control-plane.ts';
import { goTool } from './go-tool.ts';
import type { Progress } from './progress.ts';
import { ServerProcess } from './server-process.ts';
import { Watchdog } from './watchdog.ts';

const execute = promisify(execFile);
const moduleDirectory = fileURLToPath(new URL('../go/cert-manager', import.meta.url));
const stopGraceMs = 5_000;

/** A cert-manager that runs beside a control plane. */
export interface CertManager {
  /** Where it writes what it does. */
  readonly logFile: string;
  stop(): Promise<void>;
}

/** The path of cert-manager's controllers for issuers of the kinds SelfSigned and CA; built on first use, needs Go. */
export function certManagerProgram(onProgress: Progress = () => {}): Promise<string> {
  return goTool({ name: 'cert-manager', moduleDirectory, onProgress });
}

/**
 * Installs cert-manager's CustomResourceDefinitions and runs its controllers, as an administrator. Its webhook is left out:
 * what the API server takes by the definitions, it takes.
 *
 * @example const certManager = await startCertManager(plane);
 */
export async function startCertManager(
  { kubeconfig, kubectl }: Pick<ControlPlane, 'kubeconfig' | 'kubectl'>,
  onProgress?: Progress,
): Promise<CertManager> {
  const program = await certManagerProgram(onProgress);
  const administer = ['--kubeconfig', kubeconfig];
  const definitions = join(await moduleSource(), 'deploy', 'crds');
  // Applied by the server: they are too long for the annotation that kubectl would keep otherwise.
  await execute(kubectl, [...administer, 'apply', '--server-side', '-f', definitions]);
  await execute(kubectl, [...administer, 'wait', '--for=condition=Established', '--timeout=60s', '-f', definitions]);
  const directory = await mkdtemp(join(tmpdir(), 'entrepot-cert-manager-'));
  const watchdog = new Watchdog(directory);
  const logFile = join(directory, 'cert-manager.log');
  const running = await ServerProcess.start({ name: 'cert-manager', program, args: administer, logFile, watchdog });
  const stop = async (): Promise<void> => {
    await running.stop(stopGraceMs);
    await watchdog.end();
  };
  return { logFile, stop };
}

/** The folder of cert-manager's own module, of the version that go.mod names. */
async function moduleSource(): Promise<string> {
  const words = ['mod', 'download', '-json', 'github.com/cert-manager/cert-manager'];
  const { stdout } = await execute('go', words, { cwd: moduleDirectory, env: { ...process.env, GOFLAGS: '' } });
  const found: unknown = JSON.parse(stdout);
  if (typeof found === 'object' && found !== null && 'Dir' in found && typeof found.Dir === 'string') return found.Dir;
  throw new Error(`go says no folder of cert-manager's module: ${stdout}`);
}
