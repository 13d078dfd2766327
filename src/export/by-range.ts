import { beyondAllUsers, type UserRange } from '../graph/user-ranges.ts';
import { type UserId, userIdOf } from '../user-id.ts';

/** Reads something about users range by range, in order; the next range is read while the current one is used. */
export class ByRange<Part> {
  readonly #ranges: readonly UserRange[];
  readonly #read: (range: UserRange) => Promise<Part>;
  readonly #none: Part;
  #next = 0;
  #reading: Promise<Part>;
  /** Of the current range. */
  part: Part;
  /** The first user beyond the current range. */
  end: UserId = 0;

  /**
   * @param ranges all users
   * @param none what there is beyond them
   */
  constructor(ranges: readonly UserRange[], read: (range: UserRange) => Promise<Part>, none: Part) {
    this.#ranges = ranges;
    this.#read = read;
    this.#none = none;
    this.part = none;
    this.#reading = this.#readNext();
  }

  /** Makes the range of a user the current one; users must come in ascending order. */
  async moveTo(user: UserId): Promise<void> {
    while (user >= this.end) {
      this.part = await this.#reading;
      const range = this.#ranges[this.#next - 1];
      this.end = range && range.end < beyondAllUsers ? userIdOf(range.end) : Number.POSITIVE_INFINITY;
      this.#reading = this.#readNext();
    }
  }

  #readNext(): Promise<Part> {
    const range = this.#ranges[this.#next++];
    const reading = range ? this.#read(range) : Promise.resolve(this.#none);
    // Whoever waits for it is told.
    reading.catch(() => undefined);
    return reading;
  }
}
