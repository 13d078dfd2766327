import type pg from 'pg';
import { EngineError } from '../errors.ts';
import { atAnInstant, type Patience, unlessInUse } from '../postgres/at-an-instant.ts';
import { type Database, queryAll, sqlStateOf } from '../postgres/database.ts';
import { removeLeftovers } from './leftovers.ts';
import type { NextTable } from './next-table.ts';
import { type OfTables, type PublishedTable, publishedTables } from './published-tables.ts';

export interface SwapOptions extends Pick<Patience, 'seconds' | 'failure' | 'onProgress'> {
  /** Called in the transaction of the swap, before it waits for anybody. */
  record: (client: pg.PoolClient) => Promise<void>;
}

/**
 * Shows the next tables instead of those that are shown, in one transaction, at an instant at which nobody has any of them open. Whoever has read
 * a table holds a lock on it until the transaction ends, so under the three locks there is nobody who has seen the rows before and may go on to
 * see the next; and those are frozen, so that a snapshot from before sees them too. See docs/decisions/0003-publish-by-a-swap.md.
 *
 * @throws EngineError if there is no such instant; everything is as it was then
 */
export async function swap(
  database: Database,
  next: OfTables<NextTable>,
  { record, ...patience }: SwapOptions,
): Promise<void> {
  const tables = publishedTables.flatMap((table) => [`graph_recs.${table}`, `kith_next.${next[table].name}`]);
  // Whoever reads one table and then another is caught when the second is closed: the one that was not to be had is closed first the next time.
  let order = publishedTables;
  await atAnInstant(database, { ...patience, tables }, (watch) =>
    database.transaction(async (client) => {
      await record(client);
      const end = (await watch()) + Date.now();
      let closing: PublishedTable | undefined;
      try {
        await unlessInUse(async () => {
          for (closing of order) {
            const milliseconds = String(Math.max(end - Date.now(), 1));
            await queryAll(client, 'sql/swap/close-table.sql', { table: closing, milliseconds });
          }
          closing = undefined;
          for (const table of publishedTables) await exchange(client, table, next[table]);
        });
      } catch (error) {
        order = [...order].sort((a, b) => Number(b === closing) - Number(a === closing));
        throw error;
      }
    }),
  );
  await tidyUp(database, patience.onProgress);
}

async function exchange(client: pg.ClientBase, table: PublishedTable, { name, shown }: NextTable): Promise<void> {
  await queryAll(client, 'sql/swap/exchange.sql', { table, shown, next: name }).catch((error) => {
    // No such table
    if (sqlStateOf(error) !== '42P01') throw error;
    throw new EngineError(`Another run has published graph_recs.${table} meanwhile: run again.`, { cause: error });
  });
}

/** What is left to do once the rows are shown; whatever becomes of it, they are. The next publish does it too. */
async function tidyUp(database: Database, onProgress: Patience['onProgress']): Promise<void> {
  try {
    await removeLeftovers(database, onProgress);
    // Not for the attempt, which ended when its run was published.
    for (const table of publishedTables)
      await database.transaction((client) => queryAll(client, 'sql/swap/analyze.sql', { table }), { implicit: true });
  } catch {}
}
