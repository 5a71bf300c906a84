import { spokenIssue } from '@entrepot/core';
import type { KubernetesObject } from '@entrepot/kube';
import { LineCounter, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { FailedError } from '../cli/exit.ts';

/** An object and where it was written. */
export interface FoundObject {
  readonly object: KubernetesObject;
  /** `mirrors.yaml:12` */
  readonly place: string;
}

const metadata = z.looseObject({ name: z.string().min(1), namespace: z.string().exactOptional() });
const objectSchema = z.looseObject({ apiVersion: z.string().min(1), kind: z.string().min(1), metadata });
const listSchema = z.looseObject({ kind: z.string().endsWith('List'), items: z.array(z.unknown()) });

/**
 * Reads the objects of a YAML or JSON text: any number of documents, Lists taken apart, empty documents left out.
 *
 * @param source names the text in messages
 * @throws FailedError that names the place and the field
 */
export function readObjects(text: string, source: string): readonly FoundObject[] {
  const lines = new LineCounter();
  return [...parseAllDocuments(text, { lineCounter: lines })].flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new FailedError(`${source}: ${error.message}`);
    const start = document.contents?.range?.[0] ?? 0;
    const value: unknown = document.toJS();
    return value === null ? [] : objectsIn(value, `${source}:${lines.linePos(start).line}`);
  });
}

function objectsIn(value: unknown, place: string): readonly FoundObject[] {
  const list = listSchema.safeParse(value);
  if (list.success) return list.data.items.flatMap((item, index) => objectsIn(item, `${place} item ${index + 1}`));
  const object = objectSchema.safeParse(value, { error: spokenIssue });
  if (object.success) return [{ object: object.data, place }];
  const [issue] = object.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'the document' : issue.path.join('.');
  throw new FailedError(`${place}: this is no Kubernetes object: ${field}: ${issue?.message ?? ''}`);
}
