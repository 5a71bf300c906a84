import { z } from 'zod';

const condition = z.object({
  type: z.string().max(316).describe('What it is about: Ready sums up the others.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  reason: z.string().max(1024).describe('A stable word for programs.'),
  message: z.string().max(32_768).describe('A sentence for people.'),
  lastTransitionTime: z.string().meta({ description: 'When the status last changed.', format: 'date-time' }),
  observedGeneration: z.int().min(0).optional().describe('The generation of the spec this was said of.'),
});

const strategy = z.object({
  name: z.string().describe('Name of the strategy.'),
  state: z
    .enum(['active', 'waiting', 'unsupported', 'failed'])
    .describe('Whether nodes or pods are sent to the mirror by it.'),
  reason: z.string().describe('A stable word for programs.'),
  message: z.string().describe('A sentence for people.'),
  guarantees: z
    .object({
      mirrorDown: z.string().describe('What a pull does while the mirror is dead.'),
      pullSecrets: z.string().describe("Whether pods' pull secrets still match."),
    })
    .optional()
    .describe('What users can rely on.'),
});

/** What the operator writes under `status`. */
export const mirrorStatusSchema = z
  .looseObject({
    observedGeneration: z.int().min(0).optional().describe('The generation of the spec that was last acted on.'),
    conditions: z
      .array(condition.describe('One statement about the mirror.'))
      .optional()
      .meta({
        description:
          'Ready, ConfigRendered, CertificateReady, CacheAvailable and Addressed; Withdrawn, once nodes had to forget something.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      }),
    masqueradeUrl: z.string().optional().describe('The host[:port] under which the mirror is named.'),
    addressing: z.string().optional().describe('Names of the strategies, separated by commas.'),
    address: z.string().optional().describe("The cluster IP of the mirror's Service."),
    certificate: z
      .object({ notAfter: z.string().meta({ description: 'End of its validity.', format: 'date-time' }) })
      .optional()
      .describe('The serving certificate.'),
    nodes: z
      .object({
        desired: z.int().describe('Nodes that are to be prepared.'),
        ready: z.int().describe('Nodes whose agent is ready.'),
      })
      .optional()
      .describe('Nodes prepared by node agents.'),
    nodesUntouched: z
      .boolean()
      .optional()
      .describe('True as long as no node agent was ever started: nodes have nothing of the mirror.'),
    strategies: z
      .array(strategy.describe('One strategy.'))
      .optional()
      .meta({
        description: 'What each strategy came to.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      }),
  })
  .describe('What the operator found and did.');

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A statement about a mirror, in the shape Kubernetes gives to conditions. */
export type Condition = DeepReadonly<z.infer<typeof condition>>;
/** What one strategy came to, as it stands in the status. */
export type StrategyStatus = DeepReadonly<z.infer<typeof strategy>>;
/** `status` of a RegistryMirror. Fields of other writers are not part of it. */
export interface MirrorStatus {
  readonly observedGeneration?: number;
  readonly conditions: readonly Condition[];
  readonly masqueradeUrl?: string;
  readonly addressing?: string;
  readonly address?: string;
  readonly certificate?: { readonly notAfter: string };
  readonly nodes?: { readonly desired: number; readonly ready: number };
  readonly nodesUntouched?: boolean;
  readonly strategies?: readonly StrategyStatus[];
}

const ownStatus = z.object(mirrorStatusSchema.shape).partial();

/** Our part of a live status; an unreadable one counts as none. */
export function readStatus(raw: unknown): MirrorStatus {
  const parsed = ownStatus.safeParse(raw ?? {}).data ?? {};
  const defined = Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
  return { conditions: [], ...defined };
}
