import type { Tree } from '../chart/tree.ts';
import { nodeAgentAccount, operatorAccount } from './accounts.ts';
import { mirrorDefinition } from './definition.ts';
import { operatorDeployment } from './deployment.ts';
import { operatorGuards } from './guards.ts';
import { uninstallHook } from './uninstall-hook.ts';

/** Everything an installation takes beside its namespace, by the template of the chart. */
export const installation: Readonly<Record<string, readonly Tree[]>> = {
  'crd.yaml': [mirrorDefinition],
  'node-agent.yaml': nodeAgentAccount,
  'operator-account.yaml': operatorAccount,
  'operator.yaml': [operatorDeployment, ...operatorGuards],
};

/** What only Helm knows the moment for, by the template of the chart. */
export const hooks: Readonly<Record<string, readonly Tree[]>> = { 'uninstall.yaml': uninstallHook };
