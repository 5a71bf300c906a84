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
    certificateSecret: settings.dockerCertificateSecret,
    certificateIssuer: settings.certificateIssuer,
    caBundle: settings.caCertificateBundle,
    priorityClass: settings.priorityClass,
    nodeAgentServiceAccount,
    nodeWithdrawalLimitMs: settings.nodeWithdrawalLimit,
  };
}
