import type { MirrorSettings } from '@entrepot/core';
import type { Settings } from './settings/definitions.ts';

/** The account that node agents run as; `entrepot manifests` makes it. */
export const nodeAgentServiceAccount = 'mirror-hostess';

/** The part of the settings that decides what mirrors look like. */
export function mirrorSettings(settings: Settings): MirrorSettings {
  return {
    namespace: settings.namespace,
    clusterDomain: settings.clusterDomain,
    defaultAddressing: settings.addressingScheme,
    images: {
      nginx: settings.nginxImage ?? `${settings.dockerRegistry}/nginx:1.30.6-alpine`,
      fetcher: settings.fetcherImage,
      nodeAgent:
        settings.nodeAgentImage ??
        `${settings.hostessDockerRegistry}/${settings.hostessDockerImage}:${settings.hostessDockerTag}`,
    },
    imagePullSecrets: settings.imagePullSecrets,
    workloadLabels: settings.workloadLabels,
    podLabels: settings.podLabels,
    tolerations: settings.tolerations,
    nodeAgentTolerations: settings.nodeAgentTolerations,
    resources: {
      nginx: settings.nginxResources,
      fetcher: settings.fetcherResources,
      nodeAgent: settings.nodeAgentResources,
    },
    certificateSecret: settings.dockerCertificateSecret,
    certificateIssuer: settings.certificateIssuer,
    caBundle: settings.caCertificateBundle,
    priorityClass: settings.priorityClass,
    nodeAgentPriorityClass: settings.nodeAgentPriorityClass,
    hasNetworkPolicy: settings.networkPolicy,
    nodeAgentServiceAccount,
    nodeWithdrawalLimitMs: settings.nodeWithdrawalLimit,
  };
}
