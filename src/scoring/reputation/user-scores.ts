/** Users and scores are kept in pieces of this many. */
const pieceSize = 65_536;
const bitsOfPage = 65_536;
// Both are 2^16: the division by them is a shift.

/**
 * A pred in [0, 1] by user id, in the order in which they were added. A Map holds at most 2^24 entries; this holds a
 * score for every id up to 2^31 − 1, in 12 bytes each and at most 256 MiB for all.
 */
export class UserScores implements Iterable<[userId: number, pred: number]> {
  readonly #users: Int32Array[] = [];
  readonly #preds: Float64Array[] = [];
  /** Which ids are there, one bit each; a page is created with its first id. */
  readonly #pages: Uint32Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(userId: number): boolean {
    const bits = this.#pages[userId >>> 16]?.[(userId % bitsOfPage) >>> 5] ?? 0;
    return ((bits >>> (userId & 31)) & 1) === 1;
  }

  /**
   * Adds a user.
   *
   * @param userId a whole number from 0 to 2^31 − 1
   * @returns false if the user has a score already, which stays
   */
  add(userId: number, pred: number): boolean {
    if (this.has(userId)) return false;
    const page = userId >>> 16;
    const bits = this.#pages[page] ?? new Uint32Array(bitsOfPage / 32);
    this.#pages[page] = bits;
    const word = (userId % bitsOfPage) >>> 5;
    bits[word] = (bits[word] as number) | (1 << (userId & 31));
    const place = this.#size % pieceSize;
    if (place === 0) {
      this.#users.push(new Int32Array(pieceSize));
      this.#preds.push(new Float64Array(pieceSize));
    }
    (this.#users.at(-1) as Int32Array)[place] = userId;
    (this.#preds.at(-1) as Float64Array)[place] = pred;
    this.#size++;
    return true;
  }

  *[Symbol.iterator](): Generator<[userId: number, pred: number]> {
    for (let i = 0; i < this.#size; i++) {
      const piece = i >>> 16;
      yield [this.#users[piece]?.[i % pieceSize] as number, this.#preds[piece]?.[i % pieceSize] as number];
    }
  }
}
