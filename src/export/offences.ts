/** What was found in rows: for each check how many rows break it, and under `… example` one of them. */
export type Answers = Record<string, string | number | null>;

/** What each survey of the tables has found. */
export type Findings = Partial<Record<SurveyName, Answers>>;

export type SurveyName =
  | 'columns'
  | 'counts'
  | 'closest'
  | 'recommendations'
  | 'reasons'
  | 'sums'
  | 'followed'
  | 'before';

/** Counts rows that break checks. */
export class Offences {
  readonly #answers: Answers = {};

  /** @param checks which are looked at, so that no offence is an answer, too */
  constructor(checks: readonly string[]) {
    for (const check of checks) {
      this.#answers[check] = 0;
      this.#answers[`${check} example`] = null;
    }
  }

  add(check: string, example: string): void {
    this.#answers[check] = Number(this.#answers[check]) + 1;
    this.#answers[`${check} example`] ??= example;
  }

  answers(): Answers {
    return this.#answers;
  }
}
