import {
  ConfigMap,
  kindKey,
  type AddressingStrategy,
  type KubernetesObject,
  type MirrorView,
  type ObjectReference,
  type StrategyPlan,
  type TextBlock,
} from '@entrepot/core';
import { kindOf, mergeTextBlock } from '@entrepot/kube';
import { frozen, messageOf } from './check.ts';
import { sampleMirrors, sampleNamespace } from './sample-mirrors.ts';

/** A strategy under test, with settings and options as its users would write them. */
export interface StrategySubject {
  readonly strategy: AddressingStrategy;
  /** Parsed. */
  readonly settings: unknown;
  /** Parsed. */
  readonly options: unknown;
  /** What must be in the cluster before its objects can be: CustomResourceDefinitions, usually. */
  readonly prerequisites: readonly KubernetesObject[];
}

/**
 * The strategy's plan for these mirrors in a cluster that holds these objects. All it gets is frozen.
 *
 * @throws when plan() does, saying for which mirrors, or that it changes its input
 */
export function planFor(
  subject: StrategySubject,
  mirrors: readonly MirrorView[] = sampleMirrors,
  cluster: readonly KubernetesObject[] = [],
): StrategyPlan {
  try {
    return planOf(subject, mirrors, cluster);
  } catch (error) {
    if (error instanceof TypeError && /read only|not extensible|delete property/.test(error.message)) {
      const message = `plan() changes its input (${error.message}); copy before you sort or fill in`;
      throw new Error(message, { cause: error });
    }
    const guilty = mirrors.filter((mirror) => throws(() => planOf(subject, [mirror], cluster)));
    const names = (guilty.length > 0 ? guilty : mirrors).map(({ name }) => name).join(', ');
    throw new Error(
      `plan() throws '${messageOf(error)}' for ${names === '' ? 'no mirrors' : `mirrors ${names}`}; give such a mirror a contribution that says waitFor or unsupported, and the others their plan`,
      { cause: error },
    );
  }
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}

function planOf(
  { strategy, settings, options }: StrategySubject,
  mirrors: readonly MirrorView[],
  cluster: readonly KubernetesObject[],
): StrategyPlan {
  const planned = frozen(mirrors.map((mirror) => ({ mirror, options })));
  const observed = (reference: ObjectReference): KubernetesObject | undefined =>
    frozen(cluster.find((object) => isReferenced(object, reference)));
  return strategy.plan(planned, frozen(settings), {
    namespace: sampleNamespace,
    clusterDomain: 'cluster.local',
    observed,
  });
}

/** Whether this is the object that a strategy observes. */
export function isReferenced(
  { metadata, ...object }: KubernetesObject,
  { kind, namespace, name }: ObjectReference,
): boolean {
  const ofKind = kindKey(kindOf({ apiVersion: object.apiVersion, kind: object.kind })) === kindKey(kind);
  return ofKind && metadata.name === name && metadata.namespace === namespace;
}

/** Every object of a plan. */
export function objectsOf({ perMirror, fleet }: StrategyPlan): readonly KubernetesObject[] {
  return [...perMirror.values(), fleet ?? {}].flatMap(({ objects }) => objects ?? []);
}

/** Every text block of a plan. */
export function textBlocksOf({ fleet }: StrategyPlan): readonly TextBlock[] {
  return fleet?.textBlocks ?? [];
}

/** The ConfigMaps that hold these blocks, within texts of somebody else. */
export function configMapsWith(blocks: readonly TextBlock[], foreignText = ''): readonly KubernetesObject[] {
  const texts = new Map<string, { block: TextBlock; data: Record<string, string> }>();
  for (const block of blocks) {
    const id = `${block.configMap.namespace}/${block.configMap.name}`;
    const data: Record<string, string> = texts.get(id)?.data ?? {};
    data[block.key] = mergeTextBlock(data[block.key] ?? foreignText, block.marker, block.content);
    texts.set(id, { block, data });
  }
  const { version: apiVersion, kind } = ConfigMap;
  return [...texts.values()].map(({ block, data }) => ({ apiVersion, kind, metadata: block.configMap, data }));
}
