import { largestUserId, type UserId } from '../../user-id.ts';

/** Users and scores are kept in pieces of this many. */
const pieceSize = 65_536;
const bitsOfPage = 65_536;
const mostInMap = 2 ** 24;
// Both are 2^16: the division by them is a shift.

/**
 * A pred in [0, 1] by user id, in the order in which they were added, those of ids above 2^31 − 1 last. A Map holds at
 * most 2^24 entries; this holds a score for every id up to 2^31 − 1, in 12 bytes each and at most 256 MiB for all, and
 * larger ids in as many Maps as it takes.
 */
export class UserScores implements Iterable<[userId: UserId, pred: number]> {
  readonly #users: Int32Array[] = [];
  readonly #preds: Float64Array[] = [];
  /** Which ids are there, one bit each; a page is created with its first id. */
  readonly #pages: Uint32Array[] = [];
  #size = 0;
  /** The scores of larger ids, some in each Map. */
  readonly #large: Map<UserId, number>[] = [];

  get size(): number {
    return this.#large.reduce((sum, { size }) => sum + size, this.#size);
  }

  has(userId: UserId): boolean {
    if (!isInt(userId)) return this.#large.some((scores) => scores.has(userId));
    const bits = this.#pages[userId >>> 16]?.[(userId % bitsOfPage) >>> 5] ?? 0;
    return ((bits >>> (userId & 31)) & 1) === 1;
  }

  /**
   * Adds a user.
   *
   * @returns false if the user has a score already, which stays
   */
  add(userId: UserId, pred: number): boolean {
    if (this.has(userId)) return false;
    if (!isInt(userId)) {
      if ((this.#large.at(-1)?.size ?? mostInMap) === mostInMap) this.#large.push(new Map());
      this.#large.at(-1)?.set(userId, pred);
      return true;
    }
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

  *[Symbol.iterator](): Generator<[userId: UserId, pred: number]> {
    for (let i = 0; i < this.#size; i++) {
      const piece = i >>> 16;
      yield [this.#users[piece]?.[i % pieceSize] as number, this.#preds[piece]?.[i % pieceSize] as number];
    }
    for (const scores of this.#large) yield* scores;
  }
}

const largestInt = Number(largestUserId.int);

function isInt(userId: UserId): userId is number {
  return userId <= largestInt;
}
