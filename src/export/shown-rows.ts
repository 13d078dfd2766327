/** Of COPY's binary format: before the first row, and after the last. */
const [headBytes, tailBytes] = [19, 2];
/** A row is its number of columns, and each column its length before its value; keys have 4 bytes, created_at has 8. */
const [rowHeadBytes, keyBytes, timestampBytes] = [2, 8, 12];

/** created_at of the rows that are shown of some users, by key in ascending order, as COPY gives them (sql/next/read-created-at.sql). */
export class ShownRows {
  static readonly none = new ShownRows(Buffer.alloc(headBytes + tailBytes), 1);

  readonly #bytes: Buffer;
  readonly #keyColumns: number;
  readonly #rowBytes: number;
  readonly #end: number;
  /** Where the first row is that was not passed yet. */
  #at = headBytes;

  /** @throws Error if the bytes are not rows of that many key columns */
  constructor(bytes: Buffer, keyColumns: number) {
    this.#bytes = bytes;
    this.#keyColumns = keyColumns;
    this.#rowBytes = rowHeadBytes + keyColumns * keyBytes + timestampBytes;
    this.#end = bytes.length - tailBytes;
    if ((this.#end - headBytes) % this.#rowBytes !== 0)
      throw new Error('The shown rows are not of the width expected.');
  }

  /**
   * When the row of this key was created, in microseconds since 2000, if it is shown. Each key that is asked for must be larger than the
   * one before.
   */
  createdAt(key: readonly number[]): number | undefined {
    for (; this.#at < this.#end; this.#at += this.#rowBytes) {
      const difference = this.#compare(key);
      if (difference > 0) return undefined;
      if (difference === 0) return this.#timestamp();
    }
    return undefined;
  }

  /** How the key of the row here differs from this one: negative if it is smaller. */
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
