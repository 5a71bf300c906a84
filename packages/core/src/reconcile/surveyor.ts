import { RegistryMirror } from '../api/group.ts';
import type { ClusterState } from '../cluster-state.ts';
import { type ParsedMirrors, type Survey, type SurveyedMirror, surveyMirrors } from '../plan/survey.ts';
import type { MirrorSettings } from '../settings.ts';
import type { Catalog } from '../strategy/catalog.ts';

/**
 * Keeps the survey of all mirrors until something it depends on changes, so that n mirrors are not surveyed n times. When
 * many change at once, those that wait for their turn are surveyed together.
 */
export class Surveyor {
  readonly #state: ClusterState;
  readonly #survey: () => Survey;
  /** Mirrors of which something changed since the last survey. */
  readonly #changed = new Set<string>();
  #latest: Survey | undefined;

  constructor(state: ClusterState, settings: MirrorSettings, catalog: Catalog) {
    const parsed: ParsedMirrors = new WeakMap();
    this.#state = state;
    this.#survey = () => surveyMirrors(state, settings, catalog, parsed);
  }

  /** Says that what is wanted for these mirrors may be something else now; for all, when that is not known. */
  changed(mirrors: readonly string[] | 'all'): void {
    if (mirrors === 'all') this.#latest = undefined;
    else for (const mirror of mirrors) this.#changed.add(mirror);
  }

  /** All mirrors as of now. */
  current(): Survey {
    return this.#changed.size === 0 ? this.latest : this.#renew();
  }

  /** All mirrors as they were when somebody last had to know. */
  get latest(): Survey {
    return this.#latest ?? this.#renew();
  }

  /** One mirror as of now. What others came to want since concerns it only after {@link affectedMirrors} has said so. */
  mirror(name: string): SurveyedMirror | undefined {
    const survey = this.#changed.has(name) ? this.current() : this.latest;
    const surveyed = survey.mirrors.get(name);
    // Its status changes without a survey.
    const object = this.#state.get(RegistryMirror, { name });
    return surveyed === undefined || object === undefined ? surveyed : { ...surveyed, object };
  }

  #renew(): Survey {
    this.#changed.clear();
    this.#latest = this.#survey();
    return this.#latest;
  }
}

/** The mirrors for which something else is wanted now, though they themselves may not have changed. */
export function affectedMirrors(before: Survey | undefined, after: Survey): readonly string[] {
  return [...after.mirrors].flatMap(([name, mirror]) => {
    const known = before?.mirrors.get(name);
    return known === undefined || fingerprint(known) !== fingerprint(mirror) ? [name] : [];
  });
}

function fingerprint(mirror: SurveyedMirror): string {
  if (mirror.kind === 'valid') return JSON.stringify(mirror.strategies);
  if (mirror.kind === 'leaving') return mirror.kind;
  return JSON.stringify(mirror.kind === 'invalid' ? [mirror.problems, mirror.winner] : mirror.winner);
}
