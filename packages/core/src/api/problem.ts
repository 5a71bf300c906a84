import type { z } from 'zod';

/** What is wrong with a RegistryMirror, and where. */
export interface Problem {
  /** The field as Kubernetes writes it: `spec.addressing[0].type`. */
  readonly field: string;
  readonly message: string;
}

/** The issues of a zod error, each with its field; `path` leads to the value that was parsed. */
export function problemsOf(error: z.ZodError, path: readonly PropertyKey[] = []): readonly Problem[] {
  return error.issues.map((issue) => ({ field: pathText([...path, ...issue.path]), message: issue.message }));
}

/** The issues of a zod error in one line: `field.path: what is wrong; …`. */
export function sentenceOf(error: z.ZodError): string {
  return problemSentence(problemsOf(error));
}

/** Problems in one line. */
export function problemSentence(problems: readonly Problem[]): string {
  return problems.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ');
}

/** A path as Kubernetes writes it: `addressing[0].type`. */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
