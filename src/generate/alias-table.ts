import type { Random } from '../random.ts';

/**
 * Draws from fixed weights in constant time: Walker's alias method, built as described by Michael Vose,
 * "A linear algorithm for generating random numbers with a given distribution" (1991).
 */
export class AliasTable {
  readonly #values: Int32Array;
  readonly #keep: Float64Array;
  readonly #other: Int32Array;

  /**
   * @param values what is drawn
   * @param weightOf ≥ 0; a value of weight 0 is never drawn
   */
  constructor(values: Int32Array, weightOf: (value: number) => number) {
    this.#values = values.filter((value) => weightOf(value) > 0);
    const count = this.#values.length;
    this.#keep = new Float64Array(count);
    this.#other = new Int32Array(count);
    let total = 0;
    for (const value of this.#values) total += weightOf(value);
    // Poor slots grow from the front and rich ones from the back of one array.
    const stack = new Int32Array(count);
    let poor = 0;
    let rich = count;
    for (let i = 0; i < count; i++) {
      const share = (weightOf(this.#values[i] as number) * count) / total;
      this.#keep[i] = share;
      this.#other[i] = i;
      if (share < 1) stack[poor++] = i;
      else stack[--rich] = i;
    }
    while (poor > 0 && rich < count) {
      const small = stack[--poor] as number;
      const large = stack[rich] as number;
      this.#other[small] = large;
      const left = (this.#keep[large] as number) + (this.#keep[small] as number) - 1;
      this.#keep[large] = left;
      if (left < 1) {
        rich++;
        stack[poor++] = large;
      }
    }
    // What remains is 1, apart from rounding.
    while (poor > 0) this.#keep[stack[--poor] as number] = 1;
  }

  /** How many values can be drawn. */
  get size(): number {
    return this.#values.length;
  }

  /** A value, or −1 if there is none. */
  draw(random: Random): number {
    return this.at(random.next(), random.next());
  }

  /** The value for two uniform 32-bit numbers, or −1 if there is none; for draws that must be repeatable. */
  at(first: number, second: number): number {
    const count = this.#values.length;
    if (count === 0) return -1;
    const slot = Math.floor((first / 2 ** 32) * count);
    const kept = second / 2 ** 32 < (this.#keep[slot] as number);
    return this.#values[kept ? slot : (this.#other[slot] as number)] as number;
  }
}
