import type { UserId } from '../user-id.ts';

/** COPY's binary format: the bytes before the first row and after the last one. */
const [headBytes, tailBytes] = [19, 2];
/** A row is its column count, then each column's length and value; an id has 4 bytes or 8, created_at has 8. */
const [rowHeadBytes, lengthBytes, timestampBytes] = [2, 4, 12];

/** The created_at of some users' published rows, in key order, as COPY gives them (sql/next/read-created-at.sql). */
export class ShownRows {
  static readonly none = new ShownRows(Buffer.alloc(headBytes + tailBytes), 1);

  readonly #bytes: Buffer;
  readonly #keyColumns: number;
  readonly #idBytes: number;
  readonly #rowBytes: number;
  readonly #end: number;
  /** The offset of the next row. */
  #at = headBytes;

  /** @throws Error if the bytes are not rows with that many key columns */
  constructor(bytes: Buffer, keyColumns: number) {
    this.#bytes = bytes;
    this.#keyColumns = keyColumns;
    this.#end = bytes.length - tailBytes;
    this.#idBytes = this.#end > headBytes ? bytes.readInt32BE(headBytes + rowHeadBytes) : 4;
    this.#rowBytes = rowHeadBytes + keyColumns * (lengthBytes + this.#idBytes) + timestampBytes;
    if ((this.#end - headBytes) % this.#rowBytes !== 0)
      throw new Error('The published rows do not have the expected width.');
  }

  /**
   * When the row with this key was created, in microseconds since 2000; undefined if it is not published. Keys must be
   * asked for in ascending order.
   */
  createdAt(key: readonly UserId[]): number | undefined {
    for (; this.#at < this.#end; this.#at += this.#rowBytes) {
      const difference = this.#compare(key);
      if (difference > 0) return undefined;
      if (difference === 0) return this.#timestamp();
    }
    return undefined;
  }

  /** Compares the current row's key with this one; negative if the row's key is smaller. */
  #compare(key: readonly UserId[]): number {
    let at = this.#at + rowHeadBytes + lengthBytes;
    for (let i = 0; i < this.#keyColumns; i++, at += lengthBytes + this.#idBytes) {
      const id = this.#idBytes === 4 ? this.#bytes.readInt32BE(at) : this.#bytes.readBigInt64BE(at);
      const wanted = key[i] as UserId;
      if (id < wanted) return -1;
      if (id > wanted) return 1;
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
