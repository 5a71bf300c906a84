import { podField } from './pod-field.ts';
import { missingSource, type PodSources } from './pod-sources.ts';
import type { Container, EnvironmentVariable, Pod } from './pod.ts';

export type Environment = Readonly<Record<string, string>>;

/**
 * The environment of a container: the image's, overridden by the container's, in which `$(NAME)` stands for an earlier
 * variable's value and `$$` for `$`.
 *
 * @throws WaitingError for a Secret, ConfigMap or key that is not there and not optional
 */
export function containerEnvironment(
  image: Environment,
  container: Container,
  pod: Pod,
  sources: PodSources,
): Environment {
  const environment: Record<string, string> = { ...image };
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, environment, pod, sources);
    if (value !== undefined) environment[variable.name] = value;
  }
  return environment;
}

/** Replaces `$(NAME)` by the variable's value; one that is not known stays as it is. */
export function expand(text: string, environment: Environment): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (reference, name?: string) =>
    name === undefined ? '$' : (environment[name] ?? reference),
  );
}

function valueOf(
  { value = '', valueFrom }: EnvironmentVariable,
  environment: Environment,
  pod: Pod,
  sources: PodSources,
): string | undefined {
  if (valueFrom === undefined) return expand(value, environment);
  if (valueFrom.fieldRef !== undefined) return podField(pod, valueFrom.fieldRef.fieldPath);
  const kind = valueFrom.secretKeyRef === undefined ? 'ConfigMap' : 'Secret';
  const reference = valueFrom.secretKeyRef ?? valueFrom.configMapKeyRef;
  if (reference === undefined) return undefined;
  const content = sources.content(kind, reference.name)?.get(reference.key);
  if (content === undefined && reference.optional !== true) throw missingSource(kind, reference.name, reference.key);
  return content?.toString();
}
