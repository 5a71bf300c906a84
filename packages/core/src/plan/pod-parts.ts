import type { MirrorSettings } from '../settings.ts';

/** What both kinds of pods take from the settings. */
export function podSettings(settings: MirrorSettings, priorityClass: string | undefined): object {
  const priorityClassName = priorityClass ?? settings.priorityClass;
  return {
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(settings.imagePullSecrets.length > 0 && {
      imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })),
    }),
    ...(settings.tolerations.length > 0 && { tolerations: settings.tolerations }),
  };
}

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
