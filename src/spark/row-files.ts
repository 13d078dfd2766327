import type { S3Settings } from '../config/settings.ts';
import { EngineError } from '../errors.ts';
import { wholeRows } from '../postgres/copy-stream.ts';
import { openFolder } from '../storage/open-folder.ts';
import { type UserId, userIdOf } from '../user-id.ts';

const newline = 10;
const tab = 9;
const zero = 48;

/**
 * The rows of a table that Spark has written as text, in its order, in parts of whole rows.
 *
 * @throws EngineError when first read, if the table is not complete
 */
export async function* readRows(folder: string, s3?: S3Settings): AsyncGenerator<Buffer> {
  const opened = await openFolder(folder, s3);
  if (!opened.files().has('_SUCCESS')) throw new EngineError(`Spark has not completed ${folder}: run again.`);
  const parts = [...opened.files().keys()].filter((name) => name.startsWith('part-')).sort();
  for (const name of parts) yield* wholeRows(await opened.open(name));
}

/** The ids of a table with one column. */
export async function readUserIds(folder: string, s3?: S3Settings): Promise<UserId[]> {
  const ids: UserId[] = [];
  for await (const rows of readRows(folder, s3))
    for (const line of rows.toString('latin1').split('\n')) if (line !== '') ids.push(userIdOf(line));
  return ids;
}

/** The only row of a table, as whole numbers. */
export async function readFigures(folder: string, s3?: S3Settings): Promise<number[]> {
  for await (const rows of readRows(folder, s3)) return rows.toString('latin1').trimEnd().split('\t').map(Number);
  throw new EngineError(`Spark has written nothing to ${folder}: run again.`);
}

/** Reads rows that come in the order of users, whom their first column names, by user. */
export class RowsByUser {
  readonly #parts: AsyncIterator<Buffer>;
  #pending: Buffer = Buffer.alloc(0);
  #isAtEnd = false;

  constructor(rows: AsyncIterable<Buffer>) {
    this.#parts = rows[Symbol.asyncIterator]();
  }

  /** All rows of the next users; undefined at the end. */
  async next(): Promise<{ rows: Buffer; lastUser: UserId } | undefined> {
    for (;;) {
      const { length } = this.#pending;
      const lastRow = length === 0 ? 0 : this.#pending.lastIndexOf(newline, length - 2) + 1;
      const lastUser = length === 0 ? -1 : userAt(this.#pending, lastRow);
      if (this.#isAtEnd && length === 0) return undefined;
      // The last user may have more rows in the next part.
      let end = length;
      if (!this.#isAtEnd)
        for (end = lastRow; end > 0; ) {
          const start = this.#pending.lastIndexOf(newline, end - 2) + 1;
          if (userAt(this.#pending, start) !== lastUser) break;
          end = start;
        }
      if (end > 0) {
        const rows = this.#take(end);
        return { rows, lastUser: userAt(rows, rows.lastIndexOf(newline, rows.length - 2) + 1) };
      }
      await this.#readOn();
    }
  }

  /** All rows up to those of a user, who may have none. */
  async upTo(user: UserId): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (;;) {
      let end = 0;
      while (end < this.#pending.length && userAt(this.#pending, end) <= user)
        end = this.#pending.indexOf(newline, end) + 1;
      const isBeyond = end < this.#pending.length;
      parts.push(this.#take(end));
      if (isBeyond || this.#isAtEnd) return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      await this.#readOn();
    }
  }

  async close(): Promise<void> {
    await this.#parts.return?.();
  }

  #take(end: number): Buffer {
    const rows = this.#pending.subarray(0, end);
    this.#pending = this.#pending.subarray(end);
    return rows;
  }

  async #readOn(): Promise<void> {
    const { done, value } = await this.#parts.next();
    if (done) this.#isAtEnd = true;
    else this.#pending = this.#pending.length === 0 ? value : Buffer.concat([this.#pending, value]);
  }
}

/** As many digits as a number holds for certain. */
const exactDigits = 15;

function userAt(rows: Buffer, start: number): UserId {
  let user = 0;
  let i = start;
  for (; rows[i] !== tab && rows[i] !== newline; i++) user = user * 10 + (rows[i] as number) - zero;
  return i - start <= exactDigits ? user : userIdOf(rows.toString('latin1', start, i));
}
