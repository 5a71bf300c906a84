import { fileURLToPath } from 'node:url';
import { goTool } from './go-tool.ts';
import type { Progress } from './progress.ts';

/** The path of the Helm command line; built on first use, two minutes on two cores. Needs Go. */
export function helmProgram(onProgress: Progress = () => {}): Promise<string> {
  const moduleDirectory = fileURLToPath(new URL('../go/helm', import.meta.url));
  return goTool({ name: 'helm', moduleDirectory, onProgress });
}
