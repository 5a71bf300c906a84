import { formatKey, type KubernetesObject, keyOf, kindOf } from '@entrepot/kube';
import { kindKey } from '../cluster-state.ts';
import { ownerOf } from '../plan/ownership.ts';

/** Who waits for a foreign object to go: a mirror, or what is wanted for all of them. */
export type Blocked = { readonly mirror: string } | 'fleet';

/**
 * Foreign objects that stand in the way of what is wanted. Nothing but a change of such an object is worth another try, and
 * which mirror that is for only the object that was wanted says.
 */
export class Obstacles {
  readonly #wanted = new Map<string, KubernetesObject>();

  /** @param wanted what could not be applied, because an object of its name is somebody else's */
  add(wanted: KubernetesObject): void {
    this.#wanted.set(idOf(wanted), wanted);
  }

  /** Says, once, for whom a changed object was in the way. */
  changed(object: KubernetesObject): Blocked | undefined {
    const wanted = this.#wanted.get(idOf(object));
    if (wanted === undefined) return undefined;
    this.#wanted.delete(idOf(object));
    const mirror = ownerOf(wanted);
    return mirror === undefined ? 'fleet' : { mirror };
  }
}

function idOf(object: KubernetesObject): string {
  return `${kindKey(kindOf(object))} ${formatKey(keyOf(object))}`;
}
