import type { UserRange } from '../graph/user-ranges.ts';
import { RowReader } from './row-reader.ts';
import { instantText, ShownRows } from './shown-rows.ts';

/** Bytes of the longest created_at, with its tab and the end of the row. */
const longestCreated = 32;

/** What COPY replaces by the column's default. */
const defaultMarker = '\\D';

/**
 * Adds created_at to the rows of a next table: rows that are published already keep theirs. Both come in key order, so
 * that they are merged in one pass.
 */
export class CreatedAt {
  readonly #reader: RowReader;
  readonly #readShown: (range: UserRange) => Promise<ShownRows>;
  readonly #ranges: readonly UserRange[];
  /** The next range to be read, and the rows of the one before it, which is being read. */
  #nextRange = 0;
  #reading: Promise<ShownRows>;
  #shown = ShownRows.none;
  /** The first user beyond `#shown`. */
  #end = 0n;
  /** The ends of rows that are new, and by created_at of others; all rows of a run share one, so there are few. */
  readonly #isNew: Uint8Array;
  readonly #ends = new Map<number, Uint8Array>();

  /**
   * @param options.usual the column's default, in microseconds since 2000
   * @param options.startedAt of new rows, ISO 8601
   * @param options.ranges all users
   */
  constructor(options: {
    keyColumns: number;
    usual: number;
    startedAt: string;
    ranges: readonly UserRange[];
    readShown: (range: UserRange) => Promise<ShownRows>;
  }) {
    this.#reader = new RowReader(options.keyColumns);
    this.#readShown = options.readShown;
    this.#ranges = options.ranges;
    this.#isNew = endOf(options.startedAt);
    this.#ends.set(options.usual, endOf(defaultMarker));
    this.#reading = this.#readNext();
  }

  /** Gives whole rows with their created_at, in parts. */
  async *addTo(rows: Uint8Array): AsyncGenerator<Uint8Array> {
    const reader = this.#reader;
    reader.open(rows);
    for (let hasRow = reader.next(); hasRow; ) {
      while ((reader.key[0] as number) >= this.#end) {
        this.#shown = await this.#reading;
        this.#end = (this.#ranges[this.#nextRange - 1] as UserRange).end;
        this.#reading = this.#readNext();
      }
      const part = Buffer.allocUnsafe(rows.length + rows.length / 2 + 4096);
      let length = 0;
      do {
        length = this.#addRow(rows, part, length);
        hasRow = reader.next();
      } while (
        hasRow &&
        (reader.key[0] as number) < this.#end &&
        length + reader.end - reader.start + longestCreated < part.length
      );
      yield part.subarray(0, length);
    }
  }

  #addRow(rows: Uint8Array, part: Uint8Array, length: number): number {
    const { key, start, end } = this.#reader;
    let at = length;
    for (let i = start; i < end - 1; i++) part[at++] = rows[i] as number;
    const created = this.#shown.createdAt(key);
    const ending = created === undefined ? this.#isNew : this.#endOf(created);
    for (let i = 0; i < ending.length; i++) part[at++] = ending[i] as number;
    return at;
  }

  /** Reads the rows of the next range, while the ones before it are merged. */
  #readNext(): Promise<ShownRows> {
    const range = this.#ranges[this.#nextRange++];
    const reading = range ? this.#readShown(range) : Promise.resolve(ShownRows.none);
    // Whoever waits for it is told.
    reading.catch(() => undefined);
    return reading;
  }

  #endOf(created: number): Uint8Array {
    let end = this.#ends.get(created);
    if (!end) {
      end = endOf(instantText(created));
      this.#ends.set(created, end);
    }
    return end;
  }
}

function endOf(created: string): Uint8Array {
  return Buffer.from(`\t${created}\n`, 'latin1');
}
