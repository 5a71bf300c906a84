import type { Toleration } from '../settings.ts';

/** What the settings say of a pod, whichever of the two kinds it is of. */
export interface PodWishes {
  readonly imagePullSecrets: readonly string[];
  readonly tolerations: readonly Toleration[];
  readonly priorityClass: string | undefined;
}

/** The part of a pod's spec that says these; nothing where there is nothing to say. */
export function podSettings({ imagePullSecrets, tolerations, priorityClass }: PodWishes): object {
  return {
    ...(priorityClass !== undefined && { priorityClassName: priorityClass }),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(tolerations.length > 0 && { tolerations }),
  };
}

/** No container of ours needs more. */
export const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** A volume of a Secret, or of some of its keys: `[key, file name]`. */
export function secretVolume(
  name: string,
  secretName: string,
  {
    items,
    ...options
  }: { items?: readonly (readonly [string, string])[]; optional?: boolean; defaultMode?: number } = {},
): object {
  const paths = items?.map(([key, path]) => ({ key, path }));
  return { name, secret: { secretName, ...options, ...(paths !== undefined && { items: paths }) } };
}

/** A mount that cannot be written to. */
export function readOnlyMount(name: string, mountPath: string): object {
  return { name, mountPath, readOnly: true };
}
