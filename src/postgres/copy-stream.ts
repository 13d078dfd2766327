import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type pg from 'pg';
import { type CopyStreamQuery, from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type SqlFile, textOf } from './database.ts';
import type { Variables } from './variables.ts';

/** How many characters are buffered before they are sent: some hundreds of rows, not every row by itself. */
const chunkLength = 1 << 16;

/** Writes rows to a table with COPY, in its text format: tab-separated columns, which must not need escaping. */
export class CopyStream {
  readonly #stream: CopyStreamQuery;
  #chunk = '';
  #failure: Error | undefined;

  constructor(client: pg.ClientBase, file: SqlFile, variables?: Variables) {
    this.#stream = client.query(copyFrom(textOf(file, variables)));
    this.#stream.on('error', (error: Error) => {
      this.#failure ??= error;
    });
  }

  /** Adds a row; returns true when it is time to `flush`. */
  add(row: string): boolean {
    this.#chunk += row;
    return this.#chunk.length >= chunkLength;
  }

  /** Sends the buffered rows and waits until the server can take more. */
  async flush(): Promise<void> {
    const chunk = this.#chunk;
    this.#chunk = '';
    if (chunk !== '') await this.write(chunk);
  }

  /** Sends the output of another COPY. */
  async take(rows: Readable): Promise<void> {
    for await (const chunk of rows) await this.write(chunk as Buffer);
  }

  /** Sends the rest and waits until the server has everything; returns the number of rows. */
  async end(): Promise<number> {
    await this.flush();
    // It may have failed since the last rows were sent; it would say nothing more then.
    if (this.#failure) throw this.#failure;
    const finished = once(this.#stream, 'finish');
    this.#stream.end();
    await finished;
    if (this.#failure) throw this.#failure;
    return this.#stream.rowCount;
  }

  /** Sends whole rows and waits until the server can take more. */
  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.#failure) throw this.#failure;
    // An error ends the wait too.
    if (!this.#stream.write(chunk)) await once(this.#stream, 'drain');
  }
}

/** The output of a COPY … TO STDOUT, as a stream. */
export function copyOut(client: pg.ClientBase, file: SqlFile, variables?: Variables): Readable {
  return client.query(copyTo(textOf(file, variables)));
}

/** The output of a COPY … TO STDOUT, as a buffer. */
export async function readCopy(client: pg.ClientBase, file: SqlFile, variables?: Variables): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of copyOut(client, file, variables)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The output of a COPY in text format in parts of whole rows. */
export async function* wholeRows(output: Readable): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of output) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    const end = bytes.lastIndexOf(10) + 1;
    if (end > 0) yield bytes.subarray(0, end);
    rest = bytes.subarray(end);
  }
  if (rest.length > 0) throw new Error('COPY ended in the middle of a row.');
}
