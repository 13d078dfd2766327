import type { LabelledWeek } from '../../../messages/message-store.ts';
import type { UserId } from '../../../user-id.ts';
import type { Vocabulary } from '../vocabulary.ts';

/** User-weeks in flat arrays, so that millions fit into memory. */
export class Texts {
  readonly users: UserId[] = [];
  readonly isGood: boolean[] = [];
  readonly #vocabulary: Vocabulary;
  readonly #length: number;
  readonly #ends: number[] = [];
  #rows = new Int32Array(1 << 16);
  #used = 0;

  constructor(vocabulary: Vocabulary, length: number) {
    this.#vocabulary = vocabulary;
    this.#length = length;
  }

  get size(): number {
    return this.users.length;
  }

  add({ userId, isGood, text }: LabelledWeek): void {
    const rows = this.#vocabulary.encode(text, this.#length);
    if (this.#used + rows.length > this.#rows.length) {
      const larger = new Int32Array(Math.max(2 * this.#rows.length, this.#used + rows.length));
      larger.set(this.#rows.subarray(0, this.#used));
      this.#rows = larger;
    }
    this.#rows.set(rows, this.#used);
    this.#used += rows.length;
    this.#ends.push(this.#used);
    this.users.push(userId);
    this.isGood.push(isGood);
  }

  /** The embedding rows of a text's words. */
  rows(i: number): Int32Array {
    return this.#rows.subarray(this.#start(i), this.#ends[i]);
  }

  /** The number of words of a text. */
  lengthOf(i: number): number {
    return (this.#ends[i] as number) - this.#start(i);
  }

  #start(i: number): number {
    return i === 0 ? 0 : (this.#ends[i - 1] as number);
  }
}
