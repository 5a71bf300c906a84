export { allObjects } from './cluster/all-objects.ts';
export { copyChart } from './cluster/copy-chart.ts';
export { AtomicFolder } from './node/atomic-folder.ts';
export { type Environment } from './node/environment.ts';
export { type ImageProgram } from './node/images.ts';
export { type Node, type NodeOptions } from './node/node-options.ts';
export { type NodeEvent } from './node/pod-lifecycle.ts';
export { registryPrograms, type RegistryPrograms } from './node/registry-programs.ts';
export { startNode } from './node/start-node.ts';
export type { VolumeFile, VolumeFiles } from './node/volume-files.ts';
export type { Deviation } from './contract/contract-cases.ts';
export { strategyContract, type StrategyContractOptions } from './contract/strategy-contract.ts';
export { templateContract, type TemplateContractOptions } from './contract/template-contract.ts';
export { formerServices, formerWorkloads, type FormerMirror } from './former/mirror-operator.ts';
export { olderServices, olderWorkloads } from './former/older-mirror-operator.ts';
export { PythonClient, userAgents } from './former/python-client.ts';
export { FakeUpstream, type FakeUpstreamOptions } from './upstream/fake-upstream.ts';
export { Faults, type Fault } from './upstream/faults.ts';
export {
  digestOf,
  makeImage,
  makeIndex,
  type Content,
  type DigestAlgorithm,
  type ImageFixture,
  type ImageOptions,
  type SingleImageFixture,
} from './upstream/image-fixture.ts';
export { ThrowawayAuthority, type ServingCertificate } from './upstream/throwaway-authority.ts';
export type { UpstreamAuth } from './upstream/token-service.ts';
export { Traffic, type RequestFilter, type RequestKind, type SeenRequest } from './upstream/traffic.ts';
