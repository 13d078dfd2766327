import type { Random } from '../random.ts';

const daySeconds = 86_400;
const windowSeconds = 90 * daySeconds;
const borderEvery = 500;

/** The period of the history, and its instants as text. All instants are epoch seconds, UTC. */
export class Calendar {
  readonly asOf: number;
  /** The first second of the history; the last is `asOf`. */
  readonly start: number;
  readonly seconds: number;
  readonly #borders: number[];
  readonly #firstDay: number;
  readonly #days: string[] = [];
  readonly #clock: string[] = [];

  constructor(asOf: number, days: number) {
    this.asOf = asOf;
    this.seconds = days * daySeconds;
    this.start = asOf - this.seconds + 1;
    const edges = [asOf, asOf - windowSeconds];
    this.#borders = edges.flatMap((edge) => [edge, edge + 1, edge - 1]).filter((instant) => instant >= this.start);
    this.#firstDay = Math.floor(this.start / daySeconds);
    for (let day = this.#firstDay; day <= Math.floor((asOf + 1) / daySeconds); day++)
      this.#days.push(new Date(day * daySeconds * 1000).toISOString().slice(0, 10));
    for (let second = 0; second < daySeconds; second++) {
      const parts = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
      this.#clock.push(parts.map((part) => String(part).padStart(2, '0')).join(':'));
    }
  }

  /** Any instant of the history. */
  draw(random: Random): number {
    return this.asOf - random.below(this.seconds);
  }

  /**
   * For one row in 500, an instant on, just before or just after the as-of or the start of a 90-day window, in
   * turn (so a few are after the as-of); undefined for the others.
   */
  border(row: number): number | undefined {
    if (row % borderEvery !== borderEvery / 2) return undefined;
    return this.#borders[Math.floor(row / borderEvery) % this.#borders.length];
  }

  /** `YYYY-MM-DD HH:MM:SS`, or with another separator between date and time. */
  text(instant: number, between = ' '): string {
    const day = Math.floor(instant / daySeconds);
    return `${this.#days[day - this.#firstDay]}${between}${this.#clock[instant - day * daySeconds]}`;
  }
}
