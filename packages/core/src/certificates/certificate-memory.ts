import { isDeepStrictEqual } from 'node:util';
import type { CertificateChoice } from '../plan/certificate-choice.ts';
import type { NodeTrust } from '../plan/trusted-bundle.ts';
import type { CertificateOutcome } from './certificate-keeper.ts';

/** What a mirror's certificate depends on, time aside. */
export interface CertificateBasis {
  readonly uid: string | undefined;
  readonly choice: CertificateChoice;
  /** Which objects, in which versions, were looked at. */
  readonly secrets: readonly (string | undefined)[];
  readonly authority: string;
  readonly nodes: NodeTrust;
}

/**
 * Remembers what came of looking at mirrors' certificates. A mirror is looked at whenever anything of it changes, and reading
 * certificates and keys and checking signatures takes longer than all the rest.
 */
export class CertificateMemory {
  readonly #known = new Map<string, { readonly basis: CertificateBasis; readonly outcome: CertificateOutcome }>();

  /** What came of the last look; undefined when something is another since, or time may have changed something. */
  recall(mirror: string, basis: CertificateBasis, now: number): CertificateOutcome | undefined {
    const known = this.#known.get(mirror);
    if (known === undefined || now >= (known.outcome.checkAt ?? -Infinity)) return undefined;
    return isDeepStrictEqual(known.basis, basis) ? known.outcome : undefined;
  }

  /** To be called with what was found to be in place. */
  keep(mirror: string, basis: CertificateBasis, outcome: CertificateOutcome): void {
    this.#known.set(mirror, { basis, outcome });
  }

  /** To be called when a mirror is gone. */
  forget(mirror: string): void {
    this.#known.delete(mirror);
  }
}
