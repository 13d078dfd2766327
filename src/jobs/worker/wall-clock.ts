const dayMs = 86_400_000;

/**
 * The clock on the wall of a time zone. Its times are milliseconds as if they were UTC: at 07:00 in any zone it is at
 * 07:00 UTC of that date.
 */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    const [two, numeric] = ['2-digit', 'numeric'] as const;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: numeric,
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
  }

  /** What it shows at an instant, in whole seconds. */
  at(instant: number): number {
    const parts = this.#format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]);
    const { year, month, day, hour, minute, second } = Object.fromEntries(parts);
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }

  /**
   * The first instant at which it has reached a time: of an hour that comes twice the first, of one that is skipped
   * the instant right after the gap.
   */
  first(time: number): number {
    const offsets = this.#offsetsAround(time);
    let early = time - Math.max(...offsets);
    let late = time - Math.min(...offsets);
    if (this.at(early) >= time) return early;
    while (late - early > 1000) {
      const middle = early + Math.floor((late - early) / 2000) * 1000;
      if (this.at(middle) >= time) late = middle;
      else early = middle;
    }
    return late;
  }

  /** The second instant at which it shows a time, if the clock is put back past it. */
  second(time: number): number | undefined {
    const again = time - Math.min(...this.#offsetsAround(time));
    return again > this.first(time) && this.at(again) === time ? again : undefined;
  }

  /** How far it is before UTC on the day before and the day after a time. */
  #offsetsAround(time: number): number[] {
    return [time - dayMs, time + dayMs].map((near) => this.at(near) - near);
  }

  /**
   * Whether the day of a time exists: on its way over the date line, a place may skip a whole one.
   *
   * @param first the first instant at which the time has been reached
   */
  hasDayOf(time: number, first: number): boolean {
    const midnight = Math.floor(time / dayMs) * dayMs;
    const isPast = (instant: number) => this.at(instant) >= midnight + dayMs;
    return !isPast(first) || !isPast(this.first(midnight));
  }
}
