import type { UserRange } from '../graph/user-ranges.ts';
import type { UserId } from '../user-id.ts';
import { ByRange } from './by-range.ts';
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
  readonly #startedAt: string;
  readonly #shown: ByRange<ShownRows>;
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
    this.#shown = new ByRange(options.ranges, options.readShown, ShownRows.none);
    this.#startedAt = options.startedAt.replace('Z', '000Z');
    this.#isNew = endOf(options.startedAt);
    this.#ends.set(options.usual, endOf(defaultMarker));
  }

  /** Whether a row was created after the run began, which the checks have to hear of. */
  get isLater(): boolean {
    return [...this.#ends.keys()].some((created) => instantText(created) > this.#startedAt);
  }

  /** Gives whole rows with their created_at, in parts. */
  async *addTo(rows: Uint8Array): AsyncGenerator<Uint8Array> {
    const reader = this.#reader;
    reader.open(rows);
    for (let hasRow = reader.next(); hasRow; ) {
      await this.#shown.moveTo(reader.key[0] as UserId);
      const { end } = this.#shown;
      const part = Buffer.allocUnsafe(rows.length + rows.length / 2 + 4096);
      let length = 0;
      do {
        length = this.#addRow(rows, part, length);
        hasRow = reader.next();
      } while (
        hasRow &&
        (reader.key[0] as UserId) < end &&
        length + reader.end - reader.start + longestCreated < part.length
      );
      yield part.subarray(0, length);
    }
  }

  #addRow(rows: Uint8Array, part: Uint8Array, length: number): number {
    const { key, start, end } = this.#reader;
    let at = length;
    for (let i = start; i < end - 1; i++) part[at++] = rows[i] as number;
    const created = this.#shown.part.createdAt(key);
    const ending = created === undefined ? this.#isNew : this.#endOf(created);
    for (let i = 0; i < ending.length; i++) part[at++] = ending[i] as number;
    return at;
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
