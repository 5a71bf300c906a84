import { UsageError } from '../cli/exit.ts';
import type { GivenSettings } from './given-settings.ts';

/** Some settings are wrong; the message lists all of them. */
export class SettingsError extends UsageError {
  override readonly name = 'SettingsError';

  constructor(complaints: readonly string[]) {
    const heading = complaints.length === 1 ? 'a setting is wrong:' : `${complaints.length} settings are wrong:`;
    super([heading, ...complaints.map((complaint) => `  ${complaint}`)].join('\n'));
  }
}

/** Collects what is wrong with settings, so that a user hears of everything at once. */
export class Complaints {
  readonly #given: GivenSettings;
  readonly #sentences: string[] = [];

  constructor(given: GivenSettings) {
    this.#given = given;
  }

  get sentences(): readonly string[] {
    return this.#sentences;
  }

  /** Adds `LOG_LEVEL: got "loud", wants debug, info, warn or error`; names the flag where the setting came by one. */
  add(variable: string, got: string, wants: string, detail?: string): void {
    const source = this.#given.get(variable)?.source ?? variable;
    const sentence = `${source}: got ${JSON.stringify(got)}, wants ${wants}`;
    this.#sentences.push(detail === undefined ? sentence : `${sentence} (${detail})`);
  }

  /** @throws SettingsError when there was any */
  throwIfAny(): void {
    if (this.#sentences.length > 0) throw new SettingsError(this.#sentences);
  }
}
