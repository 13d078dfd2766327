import { once } from 'node:events';
import type pg from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import { statement } from '../config/project.ts';
import type { SqlFile } from './database.ts';

/** Characters gathered before they are sent: a few hundred rows, so that the stream is not asked for each. */
const chunkLength = 1 << 16;

/** Rows on their way into a table by COPY, in its text format: columns parted by tabs, no column needs escaping. */
export class CopyStream {
  readonly #stream: CopyStreamQuery;
  #chunk = '';
  #failure: Error | undefined;
  rows = 0;

  constructor(client: pg.ClientBase, file: SqlFile) {
    this.#stream = client.query(copyFrom(statement(file)));
    this.#stream.on('error', (error: Error) => {
      this.#failure ??= error;
    });
  }

  /** Adds a row; true when it is time to `flush`. */
  add(row: string): boolean {
    this.#chunk += row;
    this.rows++;
    return this.#chunk.length >= chunkLength;
  }

  /** Sends what was gathered and waits until the server takes more. */
  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    const chunk = this.#chunk;
    this.#chunk = '';
    // An error meanwhile ends the waiting too.
    if (chunk !== '' && !this.#stream.write(chunk)) await once(this.#stream, 'drain');
  }

  /** Sends the rest and waits until the server has taken all. */
  async end(): Promise<void> {
    await this.flush();
    const finished = once(this.#stream, 'finish');
    this.#stream.end();
    await finished;
    if (this.#failure) throw this.#failure;
  }
}
