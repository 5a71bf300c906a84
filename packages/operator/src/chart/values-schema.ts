import { z } from 'zod';
import { settingsSchema } from './setting-values.ts';

const label = 'app.kubernetes.io/name';

/** What the operator's Deployment is selected by, and called. */
export const operatorName = 'entrepot-operator';

/** What selects the operator's pods. */
export const operatorSelector = { [label]: operatorName } as const;

const anyObject = z.record(z.string(), z.unknown());
const texts = z.record(z.string(), z.string());
const bytesAndCores = { requests: { cpu: '20m', memory: '128Mi' }, limits: { memory: '512Mi' } };

function image(repository: string, tag: string, what: string): z.ZodPrefault<z.ZodObject> {
  const version = tag === '' ? "; the chart's appVersion where it is empty" : '';
  return z
    .strictObject({
      repository: z.string().min(1).default(repository).describe('Where the image is, registry included.'),
      tag: z.string().default(tag).describe(`Its tag${version}.`),
      digest: z
        .string()
        .regex(/^(sha256:[0-9a-f]{64})?$/, 'must be sha256: and 64 hexadecimal digits')
        .default('')
        .describe('Its digest, sha256:…; the tag then says nothing.'),
    })
    .prefault({})
    .describe(what);
}

function spreadOver(topologyKey: string): object {
  return {
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: operatorSelector },
  };
}

/** Every value of the chart: what is right, what it means, and what holds where nothing is said. */
export const valuesSchema = z
  .strictObject({
    image: image('ghcr.io/entrepot/operator', '', 'Image of the operator.'),
    images: z
      .strictObject({
        nodeAgent: image('ghcr.io/entrepot/node-agent', '', 'Image of the node agents.'),
        fetcher: image(
          'ghcr.io/entrepot/mirror-fetcher',
          '',
          'Image of the fetcher, beside nginx in the pods of mirrors.',
        ),
        nginx: image('docker.io/nginx', '1.30.6-alpine', 'Image of nginx.'),
      })
      .prefault({})
      .describe('Images of what the operator starts.'),
    imagePullPolicy: z
      .enum(['Always', 'IfNotPresent', 'Never'])
      .default('IfNotPresent')
      .describe("When the operator's image is pulled."),
    imagePullSecrets: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Names of the Secrets that all images are pulled with: those of the operator, of node agents and of mirrors.',
      ),
    settings: settingsSchema()
      .prefault({})
      .describe('Settings of the operator. What is left empty is as the operator has it by default.'),
    replicas: z
      .int()
      .min(0)
      .default(2)
      .describe('How many operators there are. One works; another one takes over within seconds when it is gone.'),
    resources: anyObject.default(bytesAndCores).describe('Requests and limits of the operator.'),
    priorityClassName: z
      .string()
      .default('system-cluster-critical')
      .describe("PriorityClass of the operator's pods; mirrors and node agents have theirs by settings."),
    criticalPodsQuota: z
      .boolean()
      .default(true)
      .describe(
        'A ResourceQuota without a bound for pods of the classes system-cluster-critical and system-node-critical: some clusters admit those only where there is one.',
      ),
    nodeSelector: texts.default({}).describe("Labels of the nodes that the operator's pods may be on."),
    tolerations: z.array(anyObject).default([]).describe("Tolerations of the operator's pods."),
    affinity: anyObject.default({}).describe("Affinity of the operator's pods."),
    topologySpreadConstraints: z
      .array(anyObject)
      .default([{ ...spreadOver('kubernetes.io/hostname') }, { ...spreadOver('topology.kubernetes.io/zone') }])
      .describe("How the operator's pods are spread; over nodes and zones by default."),
    podDisruptionBudget: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether there is one.'),
        maxUnavailable: z
          .union([z.int().min(0), z.string()], 'must be a number of pods, or a percentage of them')
          .default(1)
          .describe('How many may be evicted at a time.'),
      })
      .prefault({})
      .describe('PodDisruptionBudget of the operator.'),
    networkPolicy: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether there is one.'),
        from: z.array(anyObject).default([]).describe('Peers that may read /metrics; all where it is empty.'),
      })
      .prefault({})
      .describe(
        'NetworkPolicy of the operator: it is reached at its health port only. What mirrors have is a setting.',
      ),
    commonLabels: texts.default({}).describe('Further labels of every object of the chart, and of its pods.'),
    podLabels: texts.default({}).describe("Further labels of the operator's pods."),
    podAnnotations: texts.default({}).describe("Annotations of the operator's pods."),
    serviceAccountAnnotations: texts.default({}).describe("Annotations of the operator's ServiceAccount."),
    extraEnv: z.array(anyObject).default([]).describe("Further environment variables of the operator's container."),
    extraVolumes: z.array(anyObject).default([]).describe("Further volumes of the operator's pods."),
    extraVolumeMounts: z
      .array(anyObject)
      .default([])
      .describe("Further mounts of the operator's container: modules of your own for settings.strategies."),
    strategyRules: z
      .array(
        z.strictObject({
          name: z.string().min(1).describe('Ends the name of the Role.'),
          namespace: z.string().default('').describe('Where it holds; everywhere where it is empty.'),
          rules: z.array(anyObject).describe('As a Role has them.'),
        }),
      )
      .default([])
      .describe(
        'What the operator must be allowed to do for strategies of others; `entrepot manifests --strategy … -o values` says it.',
      ),
    uninstall: z
      .strictObject({
        keepMirrors: z
          .boolean()
          .default(false)
          .describe(
            'Whether `helm uninstall` leaves RegistryMirrors, their CustomResourceDefinition, everything made of them, and what pods of theirs need: the account of node agents and the ResourceQuota. Otherwise it deletes them all and waits until nodes have forgotten them.',
          ),
        deleteClaims: z
          .boolean()
          .default(false)
          .describe('Whether `helm uninstall` also deletes the claims of mirrors, and with them what is cached.'),
        timeout: z
          .string()
          .regex(/^\d+[smhd]$/, 'must be a whole number and one of s, m, h and d, such as 4m')
          .default('4m')
          .describe(
            'How long it may take to wait for nodes and to stop the operator. `helm uninstall --timeout` must be a minute longer; it is 5m by default.',
          ),
      })
      .prefault({})
      .describe('What `helm uninstall` does first.'),
    global: anyObject.default({}).describe('Values that other charts share; nothing here is taken from them.'),
  })
  .describe('Values of the chart entrepot');

/** The values of an installation, defaults filled in. */
export type Values = z.output<typeof valuesSchema>;
