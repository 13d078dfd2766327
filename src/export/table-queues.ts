import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Database, queryAll, queryOn } from '../postgres/database.ts';
import { type PublishedTable, publishedTables } from './published-tables.ts';

/** Cancelled (by `letGo`) and lock_timeout: the table is open again, and that is all. */
const letGoCodes = ['57014', '55P03'];

/** Connections that close the published tables to new readers by waiting in their lock queues. */
export class TableQueues {
  readonly #publisher: pg.PoolClient;
  readonly #database: Database;
  readonly #clients: readonly pg.PoolClient[];
  /** Their processes, once they are prepared. */
  pids: readonly number[] = [];
  #closing: Promise<void>[] = [];
  #failure: unknown;

  private constructor(publisher: pg.PoolClient, database: Database, clients: readonly pg.PoolClient[]) {
    this.#publisher = publisher;
    this.#database = database;
    this.#clients = clients;
  }

  /** Does `work` with queues, and closes their connections if it fails. @throws EngineError if there are no more connections */
  static async use(
    publisher: pg.PoolClient,
    database: Database,
    work: (queues: TableQueues) => Promise<void>,
  ): Promise<void> {
    const withClients = (clients: pg.PoolClient[]): Promise<void> =>
      clients.length === publishedTables.length // One a table, because a connection can wait for one lock only.
        ? work(new TableQueues(publisher, database, clients))
        : database.transaction((client) => withClients([...clients, client]), { implicit: true });
    await withClients([]);
  }

  /** Gets every connection ready; returns their processes. */
  async prepare(): Promise<readonly number[]> {
    this.#closing = [];
    this.pids = await Promise.all(
      this.#clients.map(async (client) => {
        const results = await queryAll<{ pid: number }>(client, 'sql/gate/begin-queue.sql');
        return results.at(-1)?.rows[0]?.pid ?? 0;
      }),
    );
    return this.pids;
  }

  /** Starts to close a table, for readers who come from now on; whether it is closed, sql/gate/readers.sql tells. */
  close(table: PublishedTable): void {
    const client = this.#clients[this.#closing.length] as pg.PoolClient;
    this.#closing.push(
      queryAll(client, `sql/gate/close-${table}.sql`).then(
        () => undefined,
        (error) => {
          if (!letGoCodes.includes(error.code)) this.#failure ??= error;
        },
      ),
    );
  }

  /** Opens all tables. @throws whatever went wrong with a connection meanwhile */
  async letGo(): Promise<void> {
    let open = false;
    const opened = Promise.all(this.#closing).then(() => {
      open = true;
    });
    // Again and again, because a cancellation that comes before its statement is lost.
    while (!open) {
      await this.#cancel();
      await Promise.race([opened, sleep(20)]);
    }
    if (this.#failure) throw this.#failure;
    await Promise.all(this.#clients.map((client) => client.query('ROLLBACK')));
  }

  async #cancel(): Promise<void> {
    const file = 'sql/gate/let-go.sql';
    await queryOn(this.#publisher, file, [this.pids]).catch(() =>
      // The publishing connection broke: by another one, or else the queues' own timeout does it.
      this.#database.query(file, [this.pids]).catch(() => undefined),
    );
  }
}
