/** Values of the chart, and what to tell `entrepot manifests` for the same. */
export interface ValuesCase {
  readonly title: string;
  readonly namespace?: string;
  readonly values: object;
  /** Flags that say what the values say; without them the command gets the values. */
  readonly flags?: readonly string[];
}

const digest = `sha256:${'5e'.repeat(32)}`;

export const valuesCases: readonly ValuesCase[] = [
  { title: 'defaults', values: {}, flags: [] },
  { title: 'a namespace that every cluster has', namespace: 'kube-system', values: {}, flags: [] },
  {
    title: 'the services scheme, with ImageSwap elsewhere',
    namespace: 'kube-extra',
    values: { settings: { addressingScheme: 'services', imageswapNamespace: 'imageswap-system' } },
    flags: ['--addressing-scheme', 'services', '--imageswap-namespace', 'imageswap-system'],
  },
  {
    title: "cert-manager's issuer and a bundle of CAs",
    values: { settings: { certificateIssuer: 'ClusterIssuer/ours', caCertificateBundle: 'authorities' } },
    flags: ['--certificate-issuer', 'ClusterIssuer/ours', '--ca-certificate-bundle', 'authorities'],
  },
  {
    title: 'pull secrets',
    values: { imagePullSecrets: ['hub', 'ghcr'] },
    flags: ['--image-pull-secrets', 'hub, ghcr'],
  },
  {
    title: 'images by digest, and of a registry with a port',
    values: {
      image: { repository: 'localhost:5000/entrepot/operator', digest },
      images: {
        nodeAgent: { repository: 'localhost:5000/entrepot/node-agent', tag: '1.2.3' },
        fetcher: { repository: 'localhost:5000/fetcher', tag: 'ignored', digest },
        nginx: { repository: 'localhost:5000/nginx' },
      },
    },
  },
  {
    title: 'images by flags of the former operator',
    values: {
      images: {
        nodeAgent: { repository: 'hub.example.com/team/agent', tag: '7' },
        nginx: { repository: 'hub.example.com/nginx', tag: '1.30.6-alpine' },
      },
    },
    flags: [
      '--docker-registry=hub.example.com',
      '--hostess-docker-registry=hub.example.com',
      '--hostess-docker-image=team/agent',
      '--hostess-docker-tag=7',
    ],
  },
  {
    title: 'labels and tolerations, text that YAML and HTML have a meaning for',
    values: {
      settings: {
        workloadLabels: { team: 'yes', area: '0123' },
        podLabels: { 'example.com/owner': 'a' },
        tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }],
        strategySettings: { imageswap: {} },
      },
      podAnnotations: { note: '<&> \'quoted\' "twice" {{ no template }}\nsecond line' },
      commonLabels: { team: 'on', 'app.kubernetes.io/part-of': 'never' },
    },
  },
  {
    title: 'settings that are false or 0',
    values: { settings: { leaderElection: false, healthPort: 0 } },
    flags: ['--leader-election', 'off', '--health-port', '0'],
  },
  {
    title: 'settings that are on and off in words',
    values: { settings: { leaderElection: 'off', networkPolicy: 'on' } },
  },
  {
    title: 'one operator where it is wanted, without guards',
    values: {
      replicas: 1,
      priorityClassName: '',
      criticalPodsQuota: false,
      podDisruptionBudget: { enabled: false },
      networkPolicy: { enabled: false },
      topologySpreadConstraints: [],
      nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
      tolerations: [{ operator: 'Exists' }],
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      resources: { requests: { cpu: '1' }, limits: {} },
      uninstall: { keepMirrors: true },
    },
  },
  {
    title: 'three operators, guarded otherwise',
    values: {
      replicas: 3,
      podDisruptionBudget: { maxUnavailable: '50%' },
      networkPolicy: { from: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] },
      serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' },
      podLabels: { tier: 'infra' },
      extraEnv: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=300' }],
      extraVolumes: [{ name: 'modules', configMap: { name: 'modules' } }],
      extraVolumeMounts: [{ name: 'modules', mountPath: '/modules' }],
    },
  },
  {
    title: 'a strategy of others, with the rights that it needs',
    values: {
      settings: { strategies: ['./notebook-strategy.ts'], strategySettings: { notebook: { title: 'all' } } },
      strategyRules: [
        {
          name: 'notebook',
          namespace: '',
          rules: [{ apiGroups: ['example.com'], resources: ['pens'], verbs: ['get', 'list'] }],
        },
        {
          name: 'notebook-default',
          namespace: 'default',
          rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['shelf'], verbs: ['get'] }],
        },
      ],
    },
    flags: ['--strategy', './notebook-strategy.ts', '--strategy-settings', "{'notebook': {'title': 'all'}}"],
  },
];
