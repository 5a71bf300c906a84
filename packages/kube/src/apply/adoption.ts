import type { KubeClient } from '../client/kube-client.ts';
import { keyOf, kindOf, type KubernetesObject, type ManagedFieldsEntry } from '../object.ts';

/** The manager under which the API server puts what an object held before it had any managedFields. */
export const beforeFirstApply = 'before-first-apply';

type FieldSet = Readonly<Record<string, unknown>>;

/** Whose fields become whose. */
export interface Adoption {
  /** The manager that gets the fields, as those of its server-side applies. */
  readonly fieldManager: string;
  /** The managers it takes over from. Its own creations and updates are always among them. */
  readonly adopts: readonly string[];
}

/**
 * Makes what former managers wrote ours, so that the next apply removes what of it is not wanted: server-side apply alone
 * leaves fields that another manager has. The object itself is not changed. Returns it as it is then.
 *
 * @param live as just read from the server, with its managedFields
 * @throws ApiError 409 when the object changed meanwhile
 */
export async function adopt<T extends KubernetesObject>(
  client: KubeClient,
  live: T,
  adoption: Adoption,
  signal: AbortSignal | undefined,
): Promise<T> {
  const before = await managedFieldsOf(client, live, adoption, signal);
  const managedFields = adoptedManagedFields(before, live.apiVersion, adoption);
  if (managedFields === undefined) return live;
  const { fieldManager } = adoption;
  const patch = { metadata: { resourceVersion: live.metadata.resourceVersion, managedFields } };
  return client.patch<T>(kindOf(live), keyOf(live), patch, { type: 'merge', fieldManager }, signal);
}

/** An object from before managedFields existed has none until its first apply; a dry run shows what the server makes of it then. */
async function managedFieldsOf(
  client: KubeClient,
  live: KubernetesObject,
  { fieldManager, adopts }: Adoption,
  signal: AbortSignal | undefined,
): Promise<readonly ManagedFieldsEntry[]> {
  const { managedFields = [], uid } = live.metadata;
  if (managedFields.length > 0 || !adopts.includes(beforeFirstApply)) return managedFields;
  const metadata = { ...keyOf(live), ...(uid !== undefined && { uid }) };
  const nothing = { apiVersion: live.apiVersion, kind: live.kind, metadata };
  const applied = await client.apply(nothing, { fieldManager, force: true, dryRun: true }, signal);
  return applied.metadata.managedFields?.filter(({ manager }) => manager === beforeFirstApply) ?? [];
}

/**
 * The managedFields of an object after an adoption, or undefined when there is nothing to adopt. Subresources stay with their
 * managers, as do status and finalizers, which are nobody's to apply.
 */
export function adoptedManagedFields(
  managedFields: readonly ManagedFieldsEntry[],
  apiVersion: string,
  { fieldManager, adopts }: Adoption,
): readonly ManagedFieldsEntry[] | undefined {
  const former = new Set([fieldManager, ...adopts]);
  const isMain = ({ subresource = '' }: ManagedFieldsEntry): boolean => subresource === '';
  const isAdopted = (entry: ManagedFieldsEntry): boolean =>
    isMain(entry) && entry.operation === 'Update' && former.has(entry.manager ?? '');
  const isApplied = (entry: ManagedFieldsEntry): boolean =>
    isMain(entry) && entry.operation === 'Apply' && entry.manager === fieldManager;

  const adopted = managedFields.filter(isAdopted);
  if (adopted.length === 0) return undefined;
  const applied = managedFields.find(isApplied);
  const fields = adopted.map(({ fieldsV1 }) => appliable(fieldsV1)).reduce(union, record(applied?.['fieldsV1']));
  const ours = {
    apiVersion,
    time: adopted[0]?.['time'],
    ...applied,
    manager: fieldManager,
    operation: 'Apply',
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
  };
  return [ours, ...managedFields.filter((entry) => entry !== applied && !isAdopted(entry))];
}

function appliable(fieldsV1: unknown): FieldSet {
  const { 'f:status': _status, ...fields } = record(fieldsV1);
  const { 'f:finalizers': _finalizers, ...metadata } = record(fields['f:metadata']);
  return 'f:metadata' in fields ? { ...fields, 'f:metadata': metadata } : fields;
}

/**
 * The union of two sets in the form FieldsV1: a field without members stands for itself, one with members only for those,
 * unless `.` is among them (structured-merge-diff, fieldpath/serialize.go).
 */
function union(one: FieldSet, other: FieldSet): FieldSet {
  const merged: Record<string, unknown> = { ...one };
  for (const [name, members] of Object.entries(other)) {
    merged[name] = name in one ? unionOfMembers(record(one[name]), record(members)) : members;
  }
  return merged;
}

function unionOfMembers(one: FieldSet, other: FieldSet): FieldSet {
  const isItself = isSingle(one) !== isSingle(other);
  return { ...(isItself && { '.': {} }), ...union(one, other) };
}

function isSingle(members: FieldSet): boolean {
  return Object.keys(members).length === 0;
}

function record(value: unknown): FieldSet {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
