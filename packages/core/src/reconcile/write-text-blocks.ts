import { applyTextBlock, Inventory, type KubeClient, type KubernetesObject, TerminalError } from '@entrepot/kube';
import { fieldManager, RegistryMirror, Service } from '../api/group.ts';
import { stateOf } from '../cluster-state.ts';
import { planFleet } from '../plan/fleet.ts';
import { surveyMirrors } from '../plan/survey.ts';
import type { MirrorSettings } from '../settings.ts';
import { createCatalog } from '../strategy/catalog.ts';
import type { TextBlock } from '../strategy/contract.ts';
import type { ConfiguredStrategy } from '../strategy/define.ts';
import type { ConfigTemplate } from '../template/contract.ts';
import { StrategyInventory } from './strategy-inventory.ts';
import { observedObjects } from './watches.ts';

export interface TextBlocksInput {
  readonly client: KubeClient;
  readonly settings: MirrorSettings;
  readonly strategies: readonly ConfiguredStrategy[];
  readonly templates: readonly ConfigTemplate[];
  /** Name of the strategy whose texts are written. */
  readonly strategy: string;
}

/**
 * Writes, once, the texts of a strategy as the running operator would, for the mirrors that are there now.
 *
 * @returns the blocks, which are in place; none where the strategy is not in use
 * @throws TerminalError `StrategyFailed`; WaitingError `NamespaceMissing`; ApiError
 */
export async function writeTextBlocks(
  { client, settings, strategies, templates, strategy: name }: TextBlocksInput,
  signal: AbortSignal,
): Promise<readonly TextBlock[]> {
  const { namespace, defaultAddressing } = settings;
  const catalog = createCatalog({ strategies, templates, defaultAddressing });
  const survey = surveyMirrors(stateOf(await objectsFor(client, namespace, strategies, signal)), settings, catalog);
  const failure = survey.strategies.get(name)?.fleetFailure;
  if (failure !== undefined) throw new TerminalError('StrategyFailed', `strategy ${name} failed: ${failure}`);
  const inventory = new StrategyInventory(new Inventory({ client, namespace, fieldManager }));
  const traces = await inventory.traces(signal);
  const plan = planFleet(survey, catalog, traces.keys()).find(({ strategy }) => strategy === name);
  if (plan === undefined) return [];
  await inventory.record(name, [], plan.textBlocks, signal);
  for (const block of plan.textBlocks) await applyTextBlock(client, block, { fieldManager }, signal);
  return plan.textBlocks;
}

/** What strategies plan from. */
async function objectsFor(
  client: KubeClient,
  namespace: string,
  strategies: readonly ConfiguredStrategy[],
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const [mirrors, services, ...observed] = await Promise.all([
    client.list(RegistryMirror, {}, signal),
    client.list(Service, { namespace }, signal),
    ...observedObjects(strategies).map(async ({ kind, ...key }) => client.get(kind, key, signal)),
  ]);
  return [...mirrors.items, ...services.items, ...observed.filter((object) => object !== undefined)];
}
