export {
  strategyContractVersion,
  type AddressingStrategy,
  type Contribution,
  type FleetContribution,
  type Guarantees,
  type HostsEntry,
  type MirrorView,
  type NamespacedRule,
  type NodeState,
  type ObjectReference,
  type PlanContext,
  type PlannedMirror,
  type StrategyPlan,
  type TextBlock,
  type TrustedCA,
} from './strategy/contract.ts';
export {
  templateContractVersion,
  type ConfigTemplate,
  type PodLayout,
  type RenderedConfig,
  type TemplateInput,
} from './template/contract.ts';
