export {
  strategyContractVersion,
  type AddressingStrategy,
  type Contribution,
  type FleetContribution,
  type Guarantees,
  type MirrorView,
  type NamespacedRule,
  type ObjectReference,
  type PlanContext,
  type PlannedMirror,
  type StrategyPlan,
  type TextBlock,
} from './strategy/contract.ts';
export { type HostsEntry, type NodeState, type TrustedCA, trustedByRuntimes } from './strategy/node-state.ts';
export {
  templateContractVersion,
  type ConfigTemplate,
  type IPFamily,
  type PodLayout,
  type RenderedConfig,
  type TemplateInput,
} from './template/contract.ts';
export {
  ConfigMap,
  DaemonSet,
  fieldManager,
  NetworkPolicy,
  PodDisruptionBudget,
  RegistryMirror,
  Secret,
  Service,
  StatefulSet,
} from './api/group.ts';
export { registryMirrorCRD } from './api/crd.ts';
export { spokenIssue } from './api/spoken.ts';
export { parseDuration } from './api/duration.ts';
export { withoutPort } from './api/host.ts';
export { hostsNameTrouble, type HostsNameTrouble } from './api/hosts-name.ts';
export { issuerReference, type IssuerReference } from './api/issuer-reference.ts';
export { kindKey, stateOf, type ClusterState } from './cluster-state.ts';
export { createMirrorController, type MirrorController, type MirrorControllerOptions } from './controller.ts';
export { planCluster, problemOf, type ClusterPlan, type ClusterPlanInput } from './plan/cluster.ts';
export { authoritySecretName, isStoreClaim, leaseName } from './plan/naming.ts';
export { podLayout } from './plan/pod-layout.ts';
export { writeTextBlocks, type TextBlocksInput } from './reconcile/write-text-blocks.ts';
export { type TextBlockListener } from './reconcile/fleet-reconciler.ts';
export { managedKinds, requiredRules } from './plan/permissions.ts';
export { type MirrorSettings, type Resources, type Toleration } from './settings.ts';
export {
  asStrategy,
  configureStrategy,
  defineStrategy,
  type ConfiguredStrategy,
  type StrategyDefinition,
} from './strategy/define.ts';
export { asTemplate, defineTemplate, type TemplateDefinition } from './template/define.ts';
export type { GroupVersionKind, KubernetesObject, ObjectKey } from '@entrepot/kube';
