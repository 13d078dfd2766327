import { count } from './figures.ts';

/** How far some work is. */
export interface Progress {
  /** What is being done, such as `reading follow.csv`. */
  doing: string;
  /** The share of it that is done, in (0, 1]; undefined where nobody can tell. */
  share?: number;
  /** How much of what was dealt with so far, such as 5,000 rows. */
  count?: number;
  unit?: string;
}

export type Report = (progress: Progress) => void;

/** Puts progress into words, with the rate and the time left since each kind of work was first reported. */
export class ProgressWords {
  readonly #since = new Map<string, number>();

  /** @example `reading follow.csv: 45 %, 1,234,567 rows, 300,000/s, 12 s left` */
  of({ doing, share, count: done, unit = '' }: Progress): string {
    const now = performance.now();
    const since = this.#since.get(doing) ?? now;
    this.#since.set(doing, since);
    const seconds = (now - since) / 1000;
    const parts: string[] = [];
    if (share !== undefined) parts.push(`${Math.floor(share * 100)} %`);
    if (done !== undefined) parts.push(`${count(done)} ${unit}`);
    if (done && seconds > 1) parts.push(`${count(Math.round(done / seconds))}/s`);
    if (share && seconds > 1) parts.push(`${Math.ceil((seconds / share) * (1 - share))} s left`);
    return parts.length > 0 ? `${doing}: ${parts.join(', ')}` : doing;
  }
}
