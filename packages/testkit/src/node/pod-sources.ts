import { WaitingError, type KubernetesObject, type ObjectStore } from '@entrepot/kube';

/** A Secret (base64) or a ConfigMap (text, and `binaryData` in base64). */
export interface DataObject extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The objects of a namespace that its pods' volumes and environments are made from. */
export interface PodSources {
  /** The content of a Secret's or ConfigMap's keys; undefined when there is no such object. */
  content(kind: 'Secret' | 'ConfigMap', name: string): ReadonlyMap<string, Buffer> | undefined;
}

/** Reads from informers' stores. */
export function podSources(
  namespace: string,
  stores: Readonly<Record<'Secret' | 'ConfigMap', ObjectStore<DataObject>>>,
): PodSources {
  return {
    content(kind, name) {
      const object = stores[kind].get({ namespace, name });
      if (object === undefined) return undefined;
      const textEncoding = kind === 'Secret' ? 'base64' : 'utf8';
      const content = new Map<string, Buffer>();
      for (const [key, value] of Object.entries(object.data ?? {})) content.set(key, Buffer.from(value, textEncoding));
      for (const [key, value] of Object.entries(object.binaryData ?? {}))
        content.set(key, Buffer.from(value, 'base64'));
      return content;
    },
  };
}

/** A pod waits for what it refers to; the words are those that its status shows. */
export function missingSource(kind: string, name: string, key?: string): WaitingError {
  const what = key === undefined ? `${kind} ${name} does not exist` : `${kind} ${name} has no key ${key}`;
  return new WaitingError('ContainerCreating', what, 1_000);
}
