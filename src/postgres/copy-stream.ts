import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type pg from 'pg';
import { type CopyStreamQuery, from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type SqlFile, textOf } from './database.ts';
import type { Variables } from './variables.ts';

/** Characters gathered before they are sent: a few hundred rows, so that the stream is not asked for each. */
const chunkLength = 1 << 16;

/** Rows on their way into a table by COPY, in its text format: columns separated by tabs, none of which needs escaping. */
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

  /** Adds a row; true when it is time to `flush`. */
  add(row: string): boolean {
    this.#chunk += row;
    return this.#chunk.length >= chunkLength;
  }

  /** Sends what was gathered and waits until the server takes more. */
  async flush(): Promise<void> {
    const chunk = this.#chunk;
    this.#chunk = '';
    if (chunk !== '') await this.#write(chunk);
  }

  /** Sends rows as another COPY gives them. */
  async take(rows: Readable): Promise<void> {
    for await (const chunk of rows) await this.#write(chunk as Buffer);
  }

  /** Sends the rest and waits until the server has taken all; returns how many rows it took. */
  async end(): Promise<number> {
    await this.flush();
    const finished = once(this.#stream, 'finish');
    this.#stream.end();
    await finished;
    if (this.#failure) throw this.#failure;
    return this.#stream.rowCount;
  }

  async #write(chunk: string | Buffer): Promise<void> {
    if (this.#failure) throw this.#failure;
    // An error meanwhile ends the waiting too.
    if (!this.#stream.write(chunk)) await once(this.#stream, 'drain');
  }
}

/** What a COPY … TO STDOUT gives. */
export function copyOut(client: pg.ClientBase, file: SqlFile, variables?: Variables): Readable {
  return client.query(copyTo(textOf(file, variables)));
}

/** The same, whole. */
export async function readCopy(client: pg.ClientBase, file: SqlFile, variables?: Variables): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of copyOut(client, file, variables)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
