import { inventoryName } from '@entrepot/kube';
import { authoritySecretName, leaseName } from '@entrepot/core';
import { merged, namespace, not, secondsAfter, value } from '../chart/expression.ts';
import { image } from '../chart/image.ts';
import { type Fields, ifAny, type Tree, when } from '../chart/tree.ts';
import { operatorName } from '../chart/values-schema.ts';
import { boundRole, serviceAccount } from './bound-role.ts';
import { containerSecurity, podSecurity, pullSecrets } from './deployment.ts';
import { metadata } from './metadata.ts';

const name = 'entrepot-uninstall';

/** Until its image is there: with the time it has by default, less than Helm waits for by default. */
const startSeconds = 45;

/** Made before anything is deleted, gone when the Job has succeeded; of one that failed, the Job stays and Helm prints its log. */
function hook(weight: number): Fields {
  return {
    'helm.sh/hook': 'pre-delete',
    'helm.sh/hook-weight': String(weight),
    'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
    'helm.sh/hook-output-log-policy': 'hook-succeeded,hook-failed',
  };
}

const everywhere: Tree = [{ apiGroups: ['k8s.osp.tech'], resources: ['registrymirrors'], verbs: ['list', 'delete'] }];

const here: Tree = [
  { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['list'] },
  when(value('uninstall.deleteClaims'), {
    apiGroups: [''],
    resources: ['persistentvolumeclaims'],
    verbs: ['delete'],
  }),
  { apiGroups: ['apps'], resources: ['deployments'], resourceNames: [operatorName], verbs: ['get', 'patch'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [leaseName], verbs: ['delete'] },
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [inventoryName], verbs: ['delete'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: [authoritySecretName], verbs: ['delete'] },
];

const job: Tree = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { ...metadata(name, namespace), annotations: hook(0) },
  spec: {
    backoffLimit: 0,
    // Where its image cannot be pulled, it must not begin when nobody thinks of it any more.
    activeDeadlineSeconds: secondsAfter(value('uninstall.timeout'), startSeconds),
    template: {
      metadata: { labels: merged({ 'app.kubernetes.io/name': name }, value('commonLabels')) },
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: name,
        imagePullSecrets: pullSecrets(),
        nodeSelector: ifAny(value('nodeSelector')),
        tolerations: ifAny(value('tolerations')),
        priorityClassName: ifAny(value('priorityClassName')),
        securityContext: podSecurity,
        containers: [
          {
            name: 'uninstall',
            image: image('image'),
            imagePullPolicy: value('imagePullPolicy'),
            args: [
              'uninstall',
              '--timeout',
              value('uninstall.timeout'),
              // Helm 4 writes the whole log of a hook into one line of its own.
              '--quiet',
              when(value('uninstall.deleteClaims'), '--delete-claims'),
            ],
            env: [{ name: 'NAMESPACE', value: namespace }],
            resources: value('resources'),
            securityContext: containerSecurity,
          },
        ],
      },
    },
  },
};

/** What Helm does before it deletes the chart's objects; plain manifests do without, as `kubectl` knows no such moment. */
export const uninstallHook: readonly Tree[] = [
  when(not(value('uninstall.keepMirrors')), [
    serviceAccount(name, hook(-2)),
    ...boundRole({ account: name, name, rules: everywhere, annotations: hook(-1) }),
    ...boundRole({ account: name, name, where: namespace, rules: here, annotations: hook(-1) }),
    job,
  ]),
];
