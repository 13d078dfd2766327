import { type UserId, userIdOf } from '../user-id.ts';

const [tab, newline, zero, nine, point] = [9, 10, 48, 57, 46];

/**
 * Reads rows of a table as COPY takes them: the key's whole numbers, a weight with 7 to 12 places, perhaps a rank and
 * perhaps a source, separated by tabs.
 */
export class RowReader {
  /** The current row's key. */
  readonly key: UserId[];
  /**
   * The weight that was read last is `upper` millionths and `lower` units of its last place, 1e-12 if it has 12. Both
   * are exact, which one number would not be.
   */
  upper = 0;
  lower = 0;
  #text: Uint8Array = new Uint8Array(0);
  #next = 0;
  /** Where the current row begins, and where what follows its key does. */
  #start = 0;
  #at = 0;

  readonly #lowerPlaces: number;
  readonly #sources: readonly Uint8Array[];

  /**
   * @param places of a weight
   * @param sources that a row may end with; empty if rows have none
   */
  constructor(keyColumns: number, places = 12, sources: readonly string[] = []) {
    this.key = new Array(keyColumns).fill(0);
    this.#lowerPlaces = places - 6;
    this.#sources = sources.map((source) => Buffer.from(source, 'latin1'));
  }

  /** Begins with the first row of a text of whole rows. */
  open(text: Uint8Array): void {
    this.#text = text;
    this.#next = 0;
  }

  /** Goes on to the next row and reads its key; false at the end. */
  next(): boolean {
    const text = this.#text;
    this.#start = this.#next;
    this.#at = this.#start;
    if (this.#start === text.length) return false;
    for (let i = 0; i < this.key.length; i++) this.key[i] = this.#id();
    let end = this.#at;
    while (end < text.length && text[end] !== newline) end++;
    if (end === text.length) throw this.#unexpected();
    this.#next = end + 1;
    return true;
  }

  get start(): number {
    return this.#start;
  }

  /** Where the next row begins. */
  get end(): number {
    return this.#next;
  }

  /** Reads the current row's weight into `upper` and `lower`. Call it once, after `next`. */
  readWeight(): void {
    const whole = this.#number(point);
    this.upper = whole * 1_000_000 + this.#digits(6);
    this.lower = this.#digits(this.#lowerPlaces);
  }

  /** Reads the current row's rank. Call it once, after `readWeight`. */
  readRank(): number {
    this.#at++;
    return this.#number(this.#sources.length > 0 ? tab : newline);
  }

  /** Reads the current row's source, of those that were given; -1 if it is none of them. Call it once, at the end. */
  readSource(): number {
    const start = this.#text[this.#at] === tab ? this.#at + 1 : this.#at;
    return this.#sources.findIndex((source) => this.#isAt(source, start));
  }

  #isAt(source: Uint8Array, start: number): boolean {
    if (this.#next - 1 - start !== source.length) return false;
    for (let i = 0; i < source.length; i++) if (this.#text[start + i] !== source[i]) return false;
    return true;
  }

  #id(): UserId {
    const start = this.#at;
    const number = this.#number(tab);
    // A number holds any 15 digits exactly.
    if (this.#at - 1 - start <= 15) return number;
    return userIdOf(Buffer.from(this.#text.subarray(start, this.#at - 1)).toString('latin1'));
  }

  #number(end: number): number {
    const text = this.#text;
    let number = 0;
    let at = this.#at;
    for (; ; at++) {
      const byte = text[at] as number;
      if (byte === end && at > this.#at) break;
      if (!(byte >= zero && byte <= nine)) throw this.#unexpected();
      number = number * 10 + byte - zero;
    }
    this.#at = at + 1;
    return number;
  }

  #digits(count: number): number {
    let number = 0;
    for (const end = this.#at + count; this.#at < end; this.#at++) {
      const byte = this.#text[this.#at] as number;
      if (!(byte >= zero && byte <= nine)) throw this.#unexpected();
      number = number * 10 + byte - zero;
    }
    return number;
  }

  #unexpected(): Error {
    const row = Buffer.from(this.#text.subarray(this.#start, this.#start + 200)).toString('latin1');
    return new Error(`A row was computed that is not in the expected form: ${JSON.stringify(row.split('\n')[0])}`);
  }
}
