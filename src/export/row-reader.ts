const [tab, newline, zero, nine, point] = [9, 10, 48, 57, 46];

/**
 * Reads rows of a table as COPY takes them: the key's whole numbers, a weight with 12 places and perhaps a rank,
 * separated by tabs.
 */
export class RowReader {
  /** The current row's key. */
  readonly key: number[];
  /**
   * The weight that was read last is `upper` millionths and `lower` times 1e-12. Both are exact, which one number would
   * not be.
   */
  upper = 0;
  lower = 0;
  #text: Uint8Array = new Uint8Array(0);
  #next = 0;
  /** Where the current row begins, and where what follows its key does. */
  #start = 0;
  #at = 0;

  constructor(keyColumns: number) {
    this.key = new Array(keyColumns).fill(0);
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
    for (let i = 0; i < this.key.length; i++) this.key[i] = this.#number(tab);
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
    this.upper = whole * 1_000_000 + this.#sixDigits();
    this.lower = this.#sixDigits();
  }

  /** Reads the current row's rank. Call it once, after `readWeight`. */
  readRank(): number {
    this.#at++;
    return this.#number(newline);
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

  #sixDigits(): number {
    let number = 0;
    for (const end = this.#at + 6; this.#at < end; this.#at++) {
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
