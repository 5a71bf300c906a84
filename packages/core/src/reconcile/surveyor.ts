import type { ClusterState } from '../cluster-state.ts';
import { type ParsedMirrors, type Survey, type SurveyedMirror, surveyMirrors } from '../plan/survey.ts';
import type { MirrorSettings } from '../settings.ts';
import type { Catalog } from '../strategy/catalog.ts';

/** Keeps the survey of all mirrors until something it depends on changes, so that n mirrors are not surveyed n times. */
export class Surveyor {
  readonly #survey: () => Survey;
  #current: Survey | undefined;

  constructor(state: ClusterState, settings: MirrorSettings, catalog: Catalog) {
    const parsed: ParsedMirrors = new WeakMap();
    this.#survey = () => surveyMirrors(state, settings, catalog, parsed);
  }

  /** Says that a mirror, a Service or an observed object changed. */
  changed(): void {
    this.#current = undefined;
  }

  current(): Survey {
    this.#current ??= this.#survey();
    return this.#current;
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
