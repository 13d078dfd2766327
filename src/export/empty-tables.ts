import type pg from 'pg';
import type { Database } from '../postgres/database.ts';
import { forgetEarlier } from './leftovers.ts';
import { makeNext, type NextTable, nextTablesOf } from './next-table.ts';
import { refuseObstacles } from './obstacles.ts';
import { type OfTables, publishedTables } from './published-tables.ts';
import { swap } from './swap.ts';
import { makeNextUsers } from './users-table.ts';

/**
 * Empties the three tables at once, like a publish: readers see all rows or none. The tables are kept, with their
 * grants, indexes and views.
 */
export async function emptyTables(
  database: Database,
  token: bigint,
  patienceSeconds: number,
  record: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  await refuseObstacles(database);
  const run = { id: 'reset', startedAt: new Date(0).toISOString(), token, shownRanges: [] };
  const ignored = () => undefined;
  await forgetEarlier(database, run.id, [...publishedTables, 'users'], ignored);
  for (const table of publishedTables) await makeNext(database, table, run, async () => undefined);
  const users = await makeNextUsers(database, run, undefined);
  const next = (await nextTablesOf(database, run.id)) as OfTables<NextTable>;
  await swap(database, next, {
    seconds: patienceSeconds,
    failure: 'Nothing was reset',
    onProgress: ignored,
    record,
    shown: undefined,
    users,
  });
}
