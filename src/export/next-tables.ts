import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { sideBySide } from '../graph/side-by-side.ts';
import { type Database, queryAll, queryOn, type SqlFile } from '../postgres/database.ts';
import { type PublishedTable, publishedTables, tableNames } from './published-tables.ts';

/** Between two tries to freeze tables while an older snapshot is open. */
const pauseMs = { least: 50, most: 1000 };

/**
 * Makes the next rows of a published table beside it, in kith_next, from what is staged: with created_at, keys and indexes, and seen by
 * nobody. To be called when the table is staged whole; {@link publish} makes those that are missing, or were made from other rows.
 *
 * @param startedAt the run's start, ISO 8601
 */
export async function prepareNext(database: Database, table: PublishedTable, startedAt: string): Promise<void> {
  const name = tableNames[table];
  await database.transaction(async (client) => {
    const made = await queryOn(client, 'sql/next/was-made.sql', [name, startedAt]);
    if (made.length > 0) return;
    await queryAll(client, 'sql/next/begin.sql');
    await queryOn(client, `sql/next/drop-${table}.sql`);
    await queryOn(client, `sql/next/create-${table}.sql`);
    await queryOn(client, `sql/next/fill-${table}.sql`, [startedAt]);
    await queryOn(client, `sql/next/add-key-${table}.sql`);
    const indexes = await queryOn<{ statement: string }>(client, 'sql/next/missing-indexes.sql', [name]);
    for (const { statement } of indexes) await client.query(statement);
    await queryOn(client, 'sql/next/remember.sql', [name, startedAt]);
  });
}

/**
 * Makes all rows of the next tables visible to every snapshot, unless an older transaction is open. Not before all of them are made: who
 * makes one has an older snapshot than the others' rows.
 *
 * @param sessions tables side by side
 */
export async function freezeNext(database: Database, sessions: number): Promise<void> {
  await sideBySide([...publishedTables].reverse(), sessions, async (table) => {
    await outside(database, `sql/next/freeze-${table}.sql`);
  });
}

/** Somebody whose transaction keeps the publish from going on. */
export interface InTheWay {
  pid: number;
  application: string | null;
  user: string | null;
  since: string | null;
}

/**
 * Waits until every snapshot of the server sees all rows of the next tables, so that it doesn't matter which one reads them after the
 * swap.
 *
 * @param deadline as Date.now()
 * @returns false if a transaction with an older snapshot is still open then
 */
export async function waitUntilFrozen(
  database: Database,
  deadline: number,
  onWaiting: (oldest: InTheWay | undefined) => void,
): Promise<boolean> {
  for (let pause = pauseMs.least; ; pause = Math.min(2 * pause, pauseMs.most)) {
    const [row] = await outside<{ frozen: boolean }>(database, 'sql/next/is-frozen.sql');
    if (row?.frozen) return true;
    const [oldest] = await outside<InTheWay & pg.QueryResultRow>(database, 'sql/next/oldest-transaction.sql');
    onWaiting(oldest);
    if (Date.now() + pause > deadline) return false;
    await sleep(pause);
    await freezeNext(database, 1);
  }
}

/** Removes what was made and will not be shown. */
export async function dropNext(database: Database): Promise<void> {
  await database.query('sql/next/drop.sql');
}

/** Outside of any transaction, since VACUUM refuses to be in one; nothing that the fence guards is written. */
async function outside<Row extends pg.QueryResultRow>(database: Database, file: SqlFile): Promise<Row[]> {
  return database.transaction((client) => queryOn<Row>(client, file), { implicit: true });
}
