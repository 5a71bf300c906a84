import type { ConfigMapTextBlock, GroupVersionKind, KubernetesObject } from '@entrepot/kube';
import type { ZodType } from 'zod';
import type { NodeState } from './node-state.ts';

/** The version of this contract; a strategy made for another one is refused when it is loaded. */
export const strategyContractVersion = 1;

/** A way to make nodes or pods use a mirror. Data and one pure function over all mirrors that use it; it never sees a client. */
export interface AddressingStrategy<Settings = unknown, Options = unknown> {
  /** The `type` in spec.addressing[], for example `hostess`. */
  readonly name: string;
  /** Other names for it; `services` is one of `imageswap`. */
  readonly aliases?: readonly string[];
  readonly contractVersion: typeof strategyContractVersion;
  /** Operator-wide settings, parsed once at start. */
  readonly settings: ZodType<Settings>;
  /** Settings of one mirror, under the strategy's name in its spec.addressing[] entry. */
  readonly options: ZodType<Options>;
  /** Every kind that `plan` may return objects of: what is watched, and pruned when it is no longer planned. */
  readonly manages: readonly GroupVersionKind[];
  /** What the operator must be allowed to do for this strategy, beyond what it needs anyway. */
  rules(settings: Settings): readonly NamespacedRule[];
  /** Objects of others that it must read; a change of one triggers a new plan. */
  observes?(settings: Settings): readonly ObjectReference[];
  /** What is wanted for these mirrors. Pure: no clock, no randomness, no environment, no network. Mirrors come sorted by name. */
  plan(mirrors: readonly PlannedMirror<Options>[], settings: Settings, context: PlanContext): StrategyPlan;
  /** What a pull does when the mirror is dead, and whether pull secrets still match. Shown in the status. */
  guarantees(options: Options): Guarantees;
}

export interface Guarantees {
  readonly mirrorDown: 'upstream is used' | 'pull fails';
  readonly pullSecrets: 'kept' | 'must name the mirror host';
}

export interface PlannedMirror<Options = unknown> {
  readonly mirror: MirrorView;
  readonly options: Options;
}

/** What a strategy sees of a RegistryMirror: normalised, with the facts the cluster holds about it. */
export interface MirrorView {
  readonly name: string;
  /** `host[:port]` of the upstream, as in spec.upstreamUrl. */
  readonly upstreamHost: string;
  /** `host[:port]` under which nodes and pods name the mirror (spec.masqueradeUrl). */
  readonly masqueradeHost: string;
  /** The ClusterIP Service in front of the mirror's pods; it listens on port 443. `clusterIPs` is empty until it exists. */
  readonly service: { readonly namespace: string; readonly name: string; readonly clusterIPs: readonly string[] };
}

export interface PlanContext {
  /** Where the objects of mirrors live. */
  readonly namespace: string;
  /** The cluster's DNS domain, `cluster.local` in most. */
  readonly clusterDomain: string;
  /** An object named by `observes`, as the cluster holds it; undefined where there is none. */
  observed(reference: ObjectReference): KubernetesObject | undefined;
}

/** Per mirror name, what that mirror needs; and what the strategy needs once, whatever the number of mirrors (also for none). */
export interface StrategyPlan {
  readonly perMirror: ReadonlyMap<string, Contribution>;
  readonly fleet?: FleetContribution;
}

export interface FleetContribution {
  /** Without owner references; labels are added by the planner. */
  readonly objects?: readonly KubernetesObject[];
  readonly textBlocks?: readonly TextBlock[];
}

export interface Contribution {
  /** Owned by the mirror; owner reference and labels are added by the planner. */
  readonly objects?: readonly KubernetesObject[];
  /** What the node agent keeps true on every node. */
  readonly node?: readonly NodeState[];
  /** Names or addresses (without port) that the mirror's serving certificate must be valid for. */
  readonly servingNames?: readonly string[];
  /** What is not there yet, as a sentence: `Service registry-mirror-a has no clusterIP`. */
  readonly waitFor?: string;
  /** Why this mirror can never be addressed as it is, and what to change, as a sentence. Nothing else is planned for it then. */
  readonly unsupported?: string;
}

/**
 * A marked block inside a text that others edit too: `{ configMap: { namespace, name }, key, marker, content }`, where content
 * is whole lines, or empty to remove the block. Everything outside its marker lines stays as it is.
 */
export type TextBlock = ConfigMapTextBlock;

export interface ObjectReference {
  readonly kind: GroupVersionKind;
  readonly namespace?: string;
  readonly name: string;
}

/** An RBAC PolicyRule and the namespace it is needed in; without one, cluster-wide. */
export interface NamespacedRule {
  readonly namespace?: string;
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
