import type { Clock, KubeClient, Logger } from '@entrepot/kube';
import type { ImageProgram } from './images.ts';
import type { NodeEvent } from './pod-lifecycle.ts';

/** What a node of this machine needs. */
export interface NodeOptions {
  /** May do everything: the node is scheduler, kubelet and proxy in one. */
  readonly client: KubeClient;
  /** Where pods' programs reach the API server: `https://127.0.0.1:<port>`. */
  readonly apiServer: string;
  /** For volumes, claims and logs; made when it is not there, and left there at the end. */
  readonly directory: string;
  /** Stands for the root of the node's file system: hostPath volumes lie below it. */
  readonly hostRoot: string;
  /** What to run for each image, by the image's full reference. */
  readonly images: Readonly<Record<string, ImageProgram>>;
  /** Default: `one-machine`. */
  readonly name?: string;
  readonly onEvent?: (event: NodeEvent) => void;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/** A running node. */
export interface Node {
  readonly name: string;
  /** Where a container's output goes. */
  logFile(pod: string, container: string): string;
  /** Ends all pods and listeners and takes the Node away; leaves no process and no mount. */
  stop(): Promise<void>;
}
