/** COPY's binary format: the bytes before the first row and after the last one. */
const [headBytes, tailBytes] = [19, 2];
/** A row is its column count, then each column's length and value; keys have 4 bytes, created_at has 8. */
const [rowHeadBytes, keyBytes, timestampBytes] = [2, 8, 12];

/** The created_at of some users' published rows, in key order, as COPY gives them (sql/next/read-created-at.sql). */
export class ShownRows {
  static readonly none = new ShownRows(Buffer.alloc(headBytes + tailBytes), 1);

  readonly #bytes: Buffer;
  readonly #keyColumns: number;
  readonly #rowBytes: number;
  readonly #end: number;
  /** The offset of the next row. */
  #at = headBytes;

  /** @throws Error if the bytes are not rows with that many key columns */
  constructor(bytes: Buffer, keyColumns: number) {
    this.#bytes = bytes;
    this.#keyColumns = keyColumns;
    this.#rowBytes = rowHeadBytes + keyColumns * keyBytes + timestampBytes;
    this.#end = bytes.length - tailBytes;
    if ((this.#end - headBytes) % this.#rowBytes !== 0)
      throw new Error('The published rows do not have the expected width.');
  }

  /**
   * When the row with this key was created, in microseconds since 2000; undefined if it is not published. Keys must be
   * asked for in ascending order.
   */
  createdAt(key: readonly number[]): number | undefined {
    for (; this.#at < this.#end; this.#at += this.#rowBytes) {
      const difference = this.#compare(key);
      if (difference > 0) return undefined;
      if (difference === 0) return this.#timestamp();
    }
    return undefined;
  }

  /** Compares the current row's key with this one; negative if the row's key is smaller. */
  #compare(key: readonly number[]): number {
    let at = this.#at + rowHeadBytes + 4;
    for (let i = 0; i < this.#keyColumns; i++, at += keyBytes) {
      const difference = this.#bytes.readInt32BE(at) - (key[i] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #timestamp(): number {
    const at = this.#at + this.#rowBytes - 8;
    return this.#bytes.readInt32BE(at) * 2 ** 32 + this.#bytes.readUInt32BE(at + 4);
  }
}

/** Microseconds since 2000 as ISO 8601. */
export function instantText(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000);
  const rest = String(microseconds - milliseconds * 1000).padStart(3, '0');
  return new Date(Date.UTC(2000, 0, 1) + milliseconds).toISOString().replace('Z', `${rest}Z`);
}
