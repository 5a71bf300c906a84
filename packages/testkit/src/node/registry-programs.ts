import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goTool, type Progress } from '@entrepot/control-plane';

/** A real client and a real registry; absolute paths. */
export interface RegistryPrograms {
  /** The crane command of go-containerregistry. */
  readonly crane: string;
  /**
   * An OCI registry: `registry --listen 127.0.0.1:0 [--root FOLDER] [--tls-cert FILE --tls-key FILE] [--basic-auth
   * USER:PASSWORD] [--verbose]`. It prints `listening on ADDRESS` when it is ready and ends on SIGTERM.
   */
  readonly registry: string;
}

/** Builds both on first use; needs Go. */
export async function registryPrograms(onProgress: Progress = () => {}): Promise<RegistryPrograms> {
  const program = await goTool({
    name: 'registry-and-crane',
    moduleDirectory: fileURLToPath(new URL('../../go/registry', import.meta.url)),
    links: ['registry', 'crane'],
    onProgress,
  });
  return { crane: join(dirname(program), 'crane'), registry: join(dirname(program), 'registry') };
}
