import { describe, formatKey, keyOf, type KubernetesObject, kindOf } from '@entrepot/kube';
import { kindKey } from '../cluster-state.ts';
import type { Contribution, FleetContribution, TextBlock } from './contract.ts';
import type { StrategyRun } from './run.ts';

/**
 * Settles what two strategies want to have: each would rewrite it for ever. The first has it; the other one fails, for that
 * mirror or, where it is wanted once for all, for all its mirrors, and what it has in the cluster stays.
 */
export function withoutCollisions(runs: ReadonlyMap<string, StrategyRun>): ReadonlyMap<string, StrategyRun> {
  const claims = new Map<string, string>();
  return new Map([...runs].map(([strategy, run]) => [strategy, settled(strategy, run, claims)]));
}

function settled(strategy: string, run: StrategyRun, claims: Map<string, string>): StrategyRun {
  const perMirror = new Map<string, Contribution>();
  const failures = new Map(run.failures);
  for (const [mirror, contribution] of run.perMirror) {
    const collision = claim(strategy, contribution, claims);
    if (collision === undefined) perMirror.set(mirror, contribution);
    else failures.set(mirror, collision);
  }
  const collision = claim(strategy, run.fleet ?? {}, claims);
  if (collision === undefined) return { ...run, perMirror, failures };
  for (const mirror of perMirror.keys()) failures.set(mirror, collision);
  return { mirrors: new Map(), perMirror: new Map(), guarantees: new Map(), failures, fleetFailure: collision };
}

/** @returns what another strategy has already, as a sentence */
function claim(
  strategy: string,
  { objects = [], textBlocks = [] }: FleetContribution,
  claims: Map<string, string>,
): string | undefined {
  const wanted = [...objects.map(objectClaim), ...textBlocks.map(blockClaim)];
  for (const [id, what] of wanted) {
    const owner = claims.get(id) ?? strategy;
    if (owner !== strategy)
      return `planned ${what}, which strategy ${owner} plans, too; one of them must name it otherwise`;
  }
  for (const [id] of wanted) claims.set(id, strategy);
  return undefined;
}

function objectClaim(object: KubernetesObject): readonly [id: string, what: string] {
  return [`${kindKey(kindOf(object))} ${formatKey(keyOf(object))}`, describe(object)];
}

function blockClaim({ configMap, key, marker }: TextBlock): readonly [id: string, what: string] {
  const place = `${configMap.namespace}/${configMap.name}`;
  return [`block ${place} ${key} ${marker}`, `block ${marker} in ${key} of ConfigMap ${place}`];
}
