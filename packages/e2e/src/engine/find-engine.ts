import type { Progress } from '@entrepot/control-plane';
import { runProgram } from '../run-program.ts';
import { DockerEngine } from './docker-engine.ts';
import { ownEngine, startOwnEngine, stopOwnEngine } from './own-engine.ts';

/** An engine in use; `stop` ends it only if it was started for this use. */
export interface EngineInUse {
  readonly engine: DockerEngine;
  readonly stop: () => Promise<void>;
}

/**
 * The engine that answers at DOCKER_HOST or in the docker program's context, else our own one, which is started when it
 * does not run. Says which one it is.
 */
export async function useEngine(onProgress: Progress): Promise<EngineInUse> {
  const found = await findEngine();
  if (found === undefined) await startOwnEngine();
  const engine = found ?? ownEngine;
  onProgress(`Docker engine: ${found === undefined ? 'started' : 'found'} at ${engine.host}`);
  return { engine, stop: found === undefined ? stopOwnEngine : async () => {} };
}

/** The engine that {@link useEngine} would find; undefined when none answers. */
export async function findEngine(): Promise<DockerEngine | undefined> {
  const given = process.env['DOCKER_HOST'] || (await contextHost());
  const candidates = [...(given === undefined ? [] : [new DockerEngine(given)]), ownEngine];
  for (const engine of candidates) if ((await engine.version()) !== undefined) return engine;
  return undefined;
}

/** Where the docker program would look; undefined when there is no such program. */
async function contextHost(): Promise<string | undefined> {
  const asked = runProgram('docker', ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}']);
  return asked.then(
    (host) => host.trim(),
    () => undefined,
  );
}
