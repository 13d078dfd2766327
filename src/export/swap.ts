import pg from 'pg';
import { EngineError, KithError } from '../errors.ts';
import { atAnInstant, type Patience, unlessInUse } from '../postgres/at-an-instant.ts';
import { type Database, queryAll, sqlStateOf } from '../postgres/database.ts';
import { removeLeftovers } from './leftovers.ts';
import type { NextTable } from './next-table.ts';
import { refuseObstacles, refuseObstaclesOn } from './obstacles.ts';
import { type OfTables, type PublishedTable, publishedTables } from './published-tables.ts';
import { type PublishedRun, showRun } from './show-run.ts';
import type { NextUsers } from './users-table.ts';

export interface SwapOptions extends Pick<Patience, 'seconds' | 'failure' | 'onProgress'> {
  /** Called in the swap's transaction, before it waits for anybody. */
  record: (client: pg.PoolClient) => Promise<void>;
  /** The run that is shown from then on; undefined: none. */
  shown: PublishedRun | undefined;
  /** The next users, where ids are texts. */
  users?: NextUsers;
}

/**
 * Swaps the next tables with the published ones, in one transaction, at an instant at which nobody has any of them
 * open, and names the run that they are of. A transaction that has read a table holds a lock on it until it ends. So while we hold all three locks, no
 * transaction has seen the old rows and can go on to see the new ones. The new rows are frozen, so older snapshots see
 * them too. See docs/decisions/0003-publish-by-a-swap.md.
 *
 * @throws EngineError if there is no such instant; ChecksFailedError if something on the tables is in the way that has
 *   appeared since the run began. Nothing is changed then.
 */
export async function swap(
  database: Database,
  next: OfTables<NextTable>,
  { record, shown, users, ...patience }: SwapOptions,
): Promise<void> {
  const exchanged: [table: PublishedTable | 'users', next: Pick<NextTable, 'name' | 'shown'>][] = [
    ...publishedTables.map((table): [PublishedTable, NextTable] => [table, next[table]]),
    ...(users ? [['users', users] as ['users', NextUsers]] : []),
  ];
  const nextTables = exchanged.map(([, { name }]) => `kith_next.${name}`);
  await atOnce(database, { ...patience, prepare: record, others: nextTables }, async (client) => {
    await refuseObstaclesOn(client);
    for (const [table, one] of exchanged) await exchange(client, table, one);
    await showRun(client, shown);
  });
  await tidyUp(
    database,
    exchanged.map(([table]) => table),
    patience.onProgress,
  );
}

export interface AtOnce extends Pick<Patience, 'seconds' | 'failure' | 'onProgress'> {
  /** Called in the transaction before it waits for anybody; readers see what it does once the transaction is over. */
  prepare: (client: pg.PoolClient) => Promise<void>;
  /** Further tables that are waited for. */
  others?: readonly string[];
}

/**
 * Changes the published tables in one transaction that ends at an instant at which nobody has any of them, or the view,
 * open. `change` is called under their locks.
 *
 * @throws as `swap`
 */
export async function atOnce(
  database: Database,
  { prepare, others = [], ...patience }: AtOnce,
  change: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const swapped = (await database.query<{ name: string }>('sql/swap/tables.sql')).map(({ name }) => name);
  const tables = [...swapped.map((name) => `graph_recs.${name}`), ...others];
  // A reader may hold a table that we close last while it waits for one that we closed first. So the table that could
  // not be closed is closed first the next time.
  let order: readonly string[] = swapped;
  await atAnInstant(database, { ...patience, tables }, (watch) =>
    database.transaction(async (client) => {
      await prepare(client);
      const end = (await watch()) + performance.now();
      let closing: string | undefined;
      try {
        await unlessInUse(async () => {
          for (closing of order) {
            const milliseconds = String(Math.ceil(Math.max(end - performance.now(), 1)));
            await queryAll(client, 'sql/swap/close-table.sql', { table: closing, milliseconds });
          }
          closing = undefined;
          await change(client);
        });
      } catch (error) {
        order = [...order].sort((a, b) => Number(b === closing) - Number(a === closing));
        throw error;
      }
    }),
  ).catch((error) => explain(database, error, patience.failure));
}

/**
 * What Postgres refuses has usually been made by somebody since the run began, who can be told what it is.
 *
 * @throws ChecksFailedError that names it, or else an EngineError with Postgres's reason; an error that says more already
 */
async function explain(database: Database, error: unknown, failure: string): Promise<never> {
  const cause = error instanceof KithError ? error.cause : undefined;
  if (!(cause instanceof pg.DatabaseError)) throw error;
  await refuseObstacles(database);
  if (error instanceof KithError && error.exitCode !== 1) throw error;
  const why = [cause.message, cause.detail].filter(Boolean).join('; ').replaceAll('\n', ', ');
  throw new EngineError(
    `${failure}, because Postgres refused to swap the tables (${why}): undo what has been changed about them, then run again.`,
    { cause: error },
  );
}

async function exchange(
  client: pg.ClientBase,
  table: string,
  { name, shown }: Pick<NextTable, 'name' | 'shown'>,
): Promise<void> {
  await queryAll(client, 'sql/swap/exchange.sql', { table, shown, next: name }).catch((error) => {
    // undefined_table
    if (sqlStateOf(error) !== '42P01') throw error;
    throw new EngineError(`Another run has published graph_recs.${table} in the meantime: run again.`, {
      cause: error,
    });
  });
}

/** Cleans up once the rows are published. Failures are ignored, since the next publish does the same. */
async function tidyUp(
  database: Database,
  tables: readonly string[],
  onProgress: Patience['onProgress'],
): Promise<void> {
  try {
    await removeLeftovers(database, onProgress);
    // Outside the attempt's fence: the attempt ended when its run was published.
    for (const table of tables)
      await database.transaction((client) => queryAll(client, 'sql/swap/analyze.sql', { table }), { implicit: true });
  } catch {}
}
