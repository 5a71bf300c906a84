import {
  Applier,
  type Clock,
  Controller,
  EventRecorder,
  Inventory,
  type KubeClient,
  LeaderElection,
  type Logger,
  Manager,
  type Metrics,
  type Runnable,
} from '@entrepot/kube';
import { ConfigMap, fieldManager, formerFieldManagers, Pod, RegistryMirror } from './api/group.ts';
import { AuthorityKeeper } from './certificates/authority-keeper.ts';
import { CertificateKeeper } from './certificates/certificate-keeper.ts';
import { isOfKind } from './plan/ownership.ts';
import { AbsentNodeFinder } from './reconcile/absent-nodes.ts';
import { FleetCleaner } from './reconcile/fleet-cleaner.ts';
import { FleetReconciler, type TextBlockListener } from './reconcile/fleet-reconciler.ts';
import { InformerSet } from './reconcile/informer-set.ts';
import { MirrorReconciler } from './reconcile/mirror-reconciler.ts';
import { NodeAgents } from './reconcile/node-agents.ts';
import { NodeFinalizer } from './reconcile/node-finalizer.ts';
import { Obstacles } from './reconcile/obstacles.ts';
import { PodHandovers } from './reconcile/pod-handovers.ts';
import { Reporter } from './reconcile/reporter.ts';
import { StrategyInventory } from './reconcile/strategy-inventory.ts';
import { Surveyor } from './reconcile/surveyor.ts';
import { type ListPods, UnreadyPodFinder } from './reconcile/unready-pods.ts';
import { VolumeGrower } from './reconcile/volume-grower.ts';
import { effectOf, observedObjects, watchedObjects } from './reconcile/watches.ts';
import type { MirrorSettings } from './settings.ts';
import { createCatalog } from './strategy/catalog.ts';
import type { ConfiguredStrategy } from './strategy/define.ts';
import type { ConfigTemplate } from './template/contract.ts';

export interface MirrorControllerOptions {
  readonly client: KubeClient;
  readonly settings: MirrorSettings;
  readonly strategies: readonly ConfiguredStrategy[];
  /** Mirrors that name none get the one called `nginx`, or else the first. */
  readonly templates: readonly ConfigTemplate[];
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly metrics?: Metrics | undefined;
  /** Without it, this process takes itself for the only one. The Lease is kept in the settings' namespace. */
  readonly leaderElection?: MirrorLeaderElection | undefined;
  readonly health?: { readonly port: number; readonly host?: string | undefined } | undefined;
  readonly onTextBlock?: TextBlockListener | undefined;
  /** Called when this process leads no more and has put its last block of text in place: others may change them from now on. */
  readonly onStandDown?: (() => Promise<void>) | undefined;
}

export interface MirrorLeaderElection {
  readonly name: string;
  readonly identity: string;
  readonly leaseDurationMs?: number | undefined;
  readonly renewDeadlineMs?: number | undefined;
  readonly retryMs?: number | undefined;
  /** A client of its own, best with one connection: of shared ones that died unseen, each would cost an attempt to renew. */
  readonly client?: KubeClient | undefined;
}

export interface MirrorController {
  /** Where health and metrics are served; undefined until then. */
  readonly healthPort: number | undefined;
  /** Runs until the signal is aborted, then lets running reconciles end. */
  run(signal: AbortSignal): Promise<void>;
}

const fleetKey = 'fleet';
/** Most of a mirror's time is spent waiting for the API server. */
const mirrorsAtATime = 8;

/**
 * Wires everything that turns RegistryMirrors into running mirrors, for embedding in any program.
 *
 * @example await createMirrorController({ client, settings, strategies: [configureStrategy(hostess, {})], templates: [nginx] }).run(signal);
 * @throws TerminalError `InvalidSettings`, when the default strategy or a template is not among those given, or a name is there twice
 */
export function createMirrorController(options: MirrorControllerOptions): MirrorController {
  const { client, settings, strategies, templates, logger, clock, metrics, leaderElection, health } = options;
  const { namespace, defaultAddressing } = settings;
  const catalog = createCatalog({ strategies, templates, defaultAddressing });
  const runtime = { client, logger, clock, metrics };

  const state = new InformerSet(runtime);
  for (const watched of watchedObjects(settings, strategies)) state.watch(watched);
  const surveyor = new Surveyor(state, settings, catalog);
  const events = new EventRecorder({ client, component: fieldManager, clock, logger });
  const inventory = new StrategyInventory(
    new Inventory({ client, namespace, fieldManager, store: state.store(ConfigMap, namespace) }),
  );
  const obstacles = new Obstacles();
  const applier = new Applier({
    ...runtime,
    fieldManager,
    adopts: formerFieldManagers,
    onForeign: (wanted) => obstacles.add(wanted),
    live: (kind, within) => state.store(kind, within),
  });
  const authority = new AuthorityKeeper(applier, namespace);
  const fleet = new FleetReconciler({
    client,
    applier,
    catalog,
    surveyor,
    inventory,
    cleaner: new FleetCleaner({ client, applier, inventory, events }),
    enqueueMirror: (name) => mirrors.enqueue(name),
    onTextBlock: options.onTextBlock,
    clock,
  });
  const listPods: ListPods = async (labels, signal) =>
    (await client.list(Pod, { namespace, labelSelector: labels }, signal)).items;
  const reporter = new Reporter({ client, clock, events });
  const nodes = new NodeAgents({
    applier,
    state,
    settings,
    finalizer: new NodeFinalizer(client),
    finder: new AbsentNodeFinder(client, namespace, clock),
    events,
    clock,
  });
  const mirror = new MirrorReconciler({
    state,
    settings,
    catalog,
    surveyor,
    applier,
    inventory,
    certificates: new CertificateKeeper({ client, applier, authority, namespace, clock }),
    nodes,
    handovers: new PodHandovers(applier, namespace, clock),
    unreadyPods: new UnreadyPodFinder(listPods, namespace, clock),
    volumes: new VolumeGrower(client),
    reporter,
    fleet,
    clock,
  });

  const fleets = new Controller({ ...runtime, name: fleetKey, reconcile: (_key, signal) => fleet.reconcile(signal) });
  const mirrors = new Controller({
    ...runtime,
    name: 'mirrors',
    concurrency: mirrorsAtATime,
    reconcile: (name, signal) => mirror.reconcile(name, signal),
  });
  const observed = observedObjects(strategies);
  state.onChange(({ object, previous }) => {
    const blocked = obstacles.changed(object);
    if (blocked === 'fleet') fleets.enqueue(fleetKey);
    else if (blocked !== undefined) mirrors.enqueue(blocked.mirror);
    const isEcho = isOfKind(object, [RegistryMirror]) && reporter.isEcho(object, previous);
    for (const seen of previous === undefined ? [object] : [previous, object]) {
      const effect = effectOf(seen, previous, state, settings, observed);
      surveyor.changed(effect.surveyed);
      if (effect.concernsFleet) fleets.enqueue(fleetKey);
      if (!isEcho) for (const name of effect.mirrors) mirrors.enqueue(name);
    }
  });
  const fleetWork: Runnable = {
    needsLeadership: true,
    async run(signal, kill) {
      // Also without any mirror: the last one may have gone while nobody was watching.
      fleets.enqueue(fleetKey);
      await fleets.run(signal, kill);
      await options.onStandDown?.();
    },
  };

  const mirrorWork: Runnable = {
    needsLeadership: true,
    async run(signal, kill) {
      nodes.forgetAll();
      await mirrors.run(signal, kill);
    },
  };

  const election =
    leaderElection &&
    new LeaderElection({ ...leaderElection, client: leaderElection.client ?? client, namespace, clock, logger });
  return new Manager({ logger, clock, metrics, leaderElection: election, health, events }).add(
    ...state.all,
    fleetWork,
    mirrorWork,
  );
}
