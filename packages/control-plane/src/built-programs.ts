import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findGoTool, goTool, type GoTool } from './go-tool.ts';
import { programNames } from './program-names.ts';
import type { Progress } from './progress.ts';

/** The version of Kubernetes that is built: the one go.mod names. */
export const builtVersion = 'v1.34.4';

const stamps = {
  gitVersion: builtVersion,
  gitMajor: '1',
  gitMinor: '34',
  gitTreeState: 'clean',
  gitCommit: 'unknown',
  buildDate: '1970-01-01T00:00:00Z',
};

/** What tells Kubernetes' programs their version: without, they call themselves v0.0.0, which kubectl and clients refuse. */
export const versionFlags: readonly string[] = [
  'k8s.io/component-base/version',
  'k8s.io/client-go/pkg/version',
].flatMap((variables) => Object.entries(stamps).map(([name, value]) => `-X ${variables}.${name}=${value}`));

function kubernetes(onProgress: Progress): GoTool {
  return {
    name: 'kubernetes',
    moduleDirectory: fileURLToPath(new URL('../go', import.meta.url)),
    links: programNames,
    linkerFlags: versionFlags,
    onProgress,
  };
}

/** The folder with all programs, built from Go modules unless that was done before: about five minutes on two cores. */
export async function builtPrograms(onProgress: Progress): Promise<string> {
  return dirname(await goTool(kubernetes(onProgress)));
}

/** The folder that {@link builtPrograms} made earlier; undefined as well when Go is not there to say its version. */
export async function findBuiltPrograms(): Promise<string | undefined> {
  const path = await findGoTool(kubernetes(() => {})).catch(() => undefined);
  return path === undefined ? undefined : dirname(path);
}
