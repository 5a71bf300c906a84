import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Watchdog } from '@entrepot/control-plane';
import { Controller, Informer, Manager, formatKey, keyOf, silentLogger, systemClock } from '@entrepot/kube';
import { configMapKind, endpointSliceKind, podKind, secretKind, serviceKind } from './kinds.ts';
import { registerNode, unregisterNode } from './node-object.ts';
import type { Node, NodeOptions } from './node-options.ts';
import { NodePorts } from './node-ports.ts';
import { PodLifecycle } from './pod-lifecycle.ts';
import { podLogFile } from './pod-runner.ts';
import type { DataObject } from './pod-sources.ts';
import type { Pod } from './pod.ts';
import { ServiceProxy, serviceRoutes, type EndpointSlice, type Service } from './service-proxy.ts';

const stopGraceMs = 3_000;
// A pod's last seconds must not keep other pods from being looked at.
const podsAtATime = 32;

/**
 * Makes this machine the one node of a control plane: every pod is bound to it and its containers run as processes that
 * see a file system of their own; Services with a clusterIP in 127.0.0.0/8 are reached from this machine. It needs
 * Linux, `unshare` and `mount`, and root or the right to make user namespaces.
 *
 * @example
 * const node = await startNode({ client, apiServer, directory, hostRoot, images: { 'nginx:1': { entrypoint: ['nginx'] } } });
 * await node.stop();
 */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { client, name = 'one-machine', logger = silentLogger, clock = systemClock, onEvent = () => {} } = options;
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true });
  const watchdog = new Watchdog();
  const ended = new AbortController();

  const pods = new Informer<Pod>({ client, kind: podKind, logger });
  const secrets = new Informer<DataObject>({ client, kind: secretKind, logger });
  const configMaps = new Informer<DataObject>({ client, kind: configMapKind, logger });
  const services = new Informer<Service>({ client, kind: serviceKind, logger });
  const slices = new Informer<EndpointSlice>({ client, kind: endpointSliceKind, logger });

  const lifecycle: PodLifecycle = new PodLifecycle({
    client,
    nodeName: name,
    pods: pods.store,
    data: { Secret: secrets.store, ConfigMap: configMaps.store },
    enqueue: (key) => podController.enqueue(key),
    onEvent,
    directory,
    hostRoot: resolve(options.hostRoot),
    images: options.images,
    apiServer: new URL(options.apiServer),
    ports: new NodePorts(),
    watchdog,
    clock,
  });
  const podController = new Controller({
    name: 'pods',
    concurrency: podsAtATime,
    reconcile: (key, signal) => lifecycle.reconcile(key, signal),
    logger,
  });
  podController.watch(pods, (pod) => [formatKey(keyOf(pod))]);

  const volumeController = new Controller({
    name: 'volumes',
    reconcile: async (namespace) => {
      await lifecycle.syncVolumes(namespace);
      // Tokens are renewed in time, too.
      return { requeueAfterMs: 60_000 };
    },
    logger,
  });
  for (const informer of [secrets, configMaps]) {
    volumeController.watch(informer, ({ metadata }) => [metadata.namespace ?? '']);
  }

  const proxy = new ServiceProxy((message) => onEvent({ message }));
  const route = (): void => proxy.update(serviceRoutes(services.store.list(), slices.store.list()));
  services.onChange(route);
  slices.onChange(route);

  await registerNode(client, name, ended.signal);
  const manager = new Manager({ logger, drainMs: stopGraceMs });
  const running = manager
    .add(pods, secrets, configMaps, services, slices, podController, volumeController)
    .run(ended.signal);
  // A failure is told by stop(), to the one who waits for it.
  running.catch((error: unknown) => onEvent({ message: `the node ended: ${String(error)}` }));

  return {
    name,
    logFile: (pod, container) => podLogFile(directory, pod, container),
    async stop() {
      ended.abort();
      proxy.close();
      try {
        await running;
      } finally {
        await lifecycle.stop(stopGraceMs);
        await watchdog.end();
      }
      await unregisterNode(client, name);
    },
  };
}
