import 'reflect-metadata';
import { createMirrorController, leaseName, type MirrorController } from '@entrepot/core';
import { KubeClient, Metrics, type ClusterConnection, type Logger } from '@entrepot/kube';
import { container, instanceCachingFactory, type DependencyContainer, type InjectionToken } from 'tsyringe';
import type { Configuration } from './configuration.ts';
import { createLogger } from './logging.ts';
import { MapStateRecorder } from './map-check/map-state-recorder.ts';
import { mirrorSettings } from './mirror-settings.ts';
import { version } from './version.ts';

/** What only the start of the program knows. */
export interface Facts {
  readonly configuration: Configuration;
  readonly connection: ClusterConnection;
  /** Tells this process from other operators of the cluster. */
  readonly identity: string;
  /** Whether other operators may be about, so that only one may work. */
  readonly isElected: boolean;
}

const factsToken: InjectionToken<Facts> = Symbol('Facts');

/** Asks the container for the operator's log. */
export const loggerToken: InjectionToken<Logger> = Symbol('Logger');

/** Asks the container for the client of the API server. */
export const clientToken: InjectionToken<KubeClient> = Symbol('KubeClient');

/** Asks the container for the client of the Lease: on a connection of its own, since of others that died unseen, each would cost time. */
export const leaseClientToken: InjectionToken<KubeClient> = Symbol('KubeClient of the Lease');

/** Asks the container for the thing that runs. */
export const controllerToken: InjectionToken<MirrorController> = Symbol('MirrorController');

/** Asks the container for what notes the map's state. */
export const mapStateToken: InjectionToken<MapStateRecorder> = Symbol('MapStateRecorder');

const metricsToken: InjectionToken<Metrics> = Symbol('Metrics');

/** Puts the operator together. The only place that knows how its parts find each other; nothing is made until asked for. */
export function compose(facts: Facts): DependencyContainer {
  return container
    .createChildContainer()
    .register(factsToken, { useValue: facts })
    .register(loggerToken, { useFactory: instanceCachingFactory(logger) })
    .register(metricsToken, { useFactory: instanceCachingFactory(() => new Metrics()) })
    .register(clientToken, { useFactory: instanceCachingFactory((parts) => client(parts)) })
    .register(leaseClientToken, { useFactory: instanceCachingFactory((parts) => client(parts, 1)) })
    .register(mapStateToken, { useFactory: instanceCachingFactory(mapState) })
    .register(controllerToken, { useFactory: instanceCachingFactory(controller) });
}

function logger(parts: DependencyContainer): Logger {
  return createLogger(parts.resolve(factsToken).configuration.settings.logLevel);
}

function client(parts: DependencyContainer, maxConnections?: number): KubeClient {
  return new KubeClient(parts.resolve(factsToken).connection, {
    logger: parts.resolve(loggerToken),
    metrics: parts.resolve(metricsToken),
    userAgent: `entrepot-operator/${version}`,
    maxConnections,
  });
}

function mapState(parts: DependencyContainer): MapStateRecorder {
  const { imageswapMapStateFile } = parts.resolve(factsToken).configuration.settings;
  return new MapStateRecorder(imageswapMapStateFile, parts.resolve(loggerToken));
}

function controller(parts: DependencyContainer): MirrorController {
  const { configuration, identity, isElected } = parts.resolve(factsToken);
  const { settings, strategies, templates } = configuration;
  return createMirrorController({
    client: parts.resolve(clientToken),
    settings: mirrorSettings(settings),
    strategies,
    templates,
    logger: parts.resolve(loggerToken),
    metrics: parts.resolve(metricsToken),
    leaderElection: isElected ? { name: leaseName, identity, client: parts.resolve(leaseClientToken) } : undefined,
    onTextBlock: async (strategy, block) => parts.resolve(mapStateToken).record(strategy, block),
    onStandDown: async () => parts.resolve(mapStateToken).forget(),
    health: settings.healthPort === 0 ? undefined : { port: settings.healthPort, host: settings.healthHost },
  });
}
