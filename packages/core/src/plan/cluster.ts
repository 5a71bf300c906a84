import { mergeTextBlock, TerminalError, type KubernetesObject } from '@entrepot/kube';
import { problemSentence } from '../api/problem.ts';
import { ConfigMap, Secret } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { MirrorSettings } from '../settings.ts';
import { createCatalog } from '../strategy/catalog.ts';
import type { TextBlock } from '../strategy/contract.ts';
import type { ConfiguredStrategy } from '../strategy/define.ts';
import type { ConfigTemplate } from '../template/contract.ts';
import type { CertificateChoice } from './certificate-choice.ts';
import { certificatePlaceholder } from './certificate-placeholder.ts';
import { configProblem } from './config-problem.ts';
import { planFleet } from './fleet.ts';
import type { NodeStateInput } from './former-node-state.ts';
import { planMirror } from './mirror.ts';
import { ownedBy } from './ownership.ts';
import { parseMirror, type SurveyedMirror, surveyMirrors, type ValidMirror } from './survey.ts';

export interface ClusterPlanInput {
  readonly state: ClusterState;
  readonly settings: MirrorSettings;
  readonly strategies: readonly ConfiguredStrategy[];
  readonly templates: readonly ConfigTemplate[];
}

/** Everything the operator would apply, in its order, and what a reader must know about it. */
export interface ClusterPlan {
  readonly objects: readonly KubernetesObject[];
  readonly notes: readonly string[];
}

/**
 * What the operator would apply in this state. Certificates and uids that are not there yet are placeholders, and a note says so.
 *
 * @throws TerminalError `TemplateFailed`, naming the mirror
 */
export function planCluster({ state, settings, strategies, templates }: ClusterPlanInput): ClusterPlan {
  const catalog = createCatalog({ strategies, templates, defaultAddressing: settings.defaultAddressing });
  const survey = surveyMirrors(state, settings, catalog);
  const mirrors = [...survey.mirrors.values()].map((mirror) => plannedMirror(mirror, { survey, state, settings }));
  const fleets = planFleet(survey, catalog);
  const failures = [...survey.strategies].flatMap(([name, { fleetFailure }]) =>
    fleetFailure === undefined ? [] : [`strategy ${name} failed: ${fleetFailure}`],
  );
  return {
    objects: [
      ...mirrors.flatMap(({ objects }) => objects),
      ...fleets.flatMap(({ objects }) => objects),
      ...withTextBlocks(
        fleets.flatMap(({ textBlocks }) => textBlocks),
        state,
      ),
    ],
    notes: [...mirrors.flatMap(({ notes }) => notes), ...failures],
  };
}

/** Why a RegistryMirror cannot be planned, whatever the cluster holds: a sentence, undefined where it can. */
export function problemOf(
  mirror: KubernetesObject,
  { settings, strategies, templates }: Omit<ClusterPlanInput, 'state'>,
): string | undefined {
  const catalog = createCatalog({ strategies, templates, defaultAddressing: settings.defaultAddressing });
  const parsed = parseMirror(mirror, catalog);
  return parsed.kind === 'invalid' ? problemSentence(parsed.problems) : undefined;
}

function plannedMirror(mirror: SurveyedMirror, input: NodeStateInput): ClusterPlan {
  const { name } = mirror.object.metadata;
  const about = (note: string): string => `RegistryMirror ${name}: ${note}`;
  if (mirror.kind === 'invalid') return { objects: [], notes: [about(problemSentence(mirror.problems))] };
  if (mirror.kind === 'conflict') {
    const note = `${mirror.spec.masqueradeHost} belongs to the older RegistryMirror ${mirror.winner}`;
    return { objects: [], notes: [about(note)] };
  }
  if (mirror.kind === 'leaving') return { objects: [], notes: [about('it is being deleted')] };
  const { objects, notes } = plannedValidMirror(mirror, input);
  return { objects, notes: [...mirror.warnings, ...notes].map(about) };
}

function plannedValidMirror(mirror: ValidMirror, input: NodeStateInput): ClusterPlan {
  const plan = namingMirror(mirror, () => planMirror(mirror, input));
  const placeholder = certificatePlaceholder(plan.certificate, input.state, input.settings.namespace);
  const waiting = mirror.strategies.filter(({ status }) => status.state !== 'active');
  return {
    objects: [
      ...plan.services,
      plan.configSecret,
      ...(plan.certificateRequest === undefined ? [] : [plan.certificateRequest]),
      ...(placeholder === undefined ? [] : [ownedBy(mirror.object, placeholder)]),
      ...plan.guards,
      plan.cacheServer,
      ...(plan.nodeAgent === undefined ? [] : [plan.nodeAgent]),
      ...plan.strategyObjects,
    ],
    notes: [
      ...waiting.map(({ status }) => `${status.name}: ${status.message}`),
      ...missingNotes(mirror, plan.certificate, input),
      ...(plan.storageNote === undefined ? [] : [plan.storageNote.message]),
      ...(mirror.object.metadata.uid === undefined ? ['the operator fills in its uid in ownerReferences'] : []),
      ...(placeholder === undefined
        ? []
        : [`the operator fills in the certificate of Secret ${placeholder.metadata.name}`]),
    ],
  };
}

/** What others have to provide, and the operator would wait for. */
function missingNotes(
  mirror: ValidMirror,
  certificate: CertificateChoice,
  { state, settings }: NodeStateInput,
): readonly string[] {
  const problem = configProblem(mirror, state, settings);
  const given = certificate.source === 'user' ? certificate.givenSecret : undefined;
  const { namespace } = settings;
  const isGiven = given === undefined || state.get(Secret, { namespace, name: given }) !== undefined;
  return [
    ...(problem === undefined ? [] : [problem.message]),
    ...(isGiven ? [] : [`Secret ${namespace}/${given} with the certificate to serve with does not exist`]),
  ];
}

function namingMirror<T>({ object }: ValidMirror, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TerminalError)) throw error;
    const message = `RegistryMirror ${object.metadata.name}: ${error.message}`;
    throw new TerminalError(error.reason, message, { cause: error });
  }
}

/** The ConfigMaps that blocks go into, as they would look afterwards. */
function withTextBlocks(blocks: readonly TextBlock[], state: ClusterState): readonly KubernetesObject[] {
  const byMap = Map.groupBy(blocks, ({ configMap }) => `${configMap.namespace}/${configMap.name}`);
  return [...byMap.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const live = state.get(ConfigMap, first.configMap);
    const data = { ...textsOf(live?.['data']) };
    for (const { key, marker, content, replaces } of group) {
      data[key] = mergeTextBlock(data[key] ?? '', marker, content, replaces);
    }
    return [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...first.configMap }, data }];
  });
}

function textsOf(data: unknown): Readonly<Record<string, string>> {
  const entries = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}
