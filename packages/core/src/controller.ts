import type { Clock, KubeClient, Logger, Metrics } from '@entrepot/kube';
import type { MirrorSettings } from './settings.ts';
import type { ConfiguredStrategy } from './strategy/define.ts';
import type { ConfigTemplate } from './template/contract.ts';

export interface MirrorControllerOptions {
  readonly client: KubeClient;
  readonly settings: MirrorSettings;
  readonly strategies: readonly ConfiguredStrategy[];
  /** The first one is used by mirrors that name none, unless one is called `nginx`. */
  readonly templates: readonly ConfigTemplate[];
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
  /** Without it, this process takes itself for the only one. */
  readonly leaderElection?:
    { readonly name: string; readonly identity: string; readonly leaseDurationMs?: number | undefined } | undefined;
  readonly health?: { readonly port: number; readonly host?: string | undefined } | undefined;
}

export interface MirrorController {
  /** Where health and metrics are served; undefined until then. */
  readonly healthPort: number | undefined;
  /** Runs until the signal is aborted, then lets running reconciles end. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Wires everything that turns RegistryMirrors into running mirrors, for embedding in any program.
 *
 * @throws TerminalError `InvalidSettings`, when the default strategy or a template is not among those given, or a name is there twice
 */
export function createMirrorController(_options: MirrorControllerOptions): MirrorController {
  throw new Error('not built yet');
}
