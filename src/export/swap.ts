import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { type Database, queryAll, queryOn, type SqlFile } from '../postgres/database.ts';
import { type InTheWay, waitUntilFrozen } from './next-tables.ts';
import { type PublishedTable, publishedTables } from './published-tables.ts';

/*
 * The swap is one transaction that locks the three tables, exchanges their partitions and commits. Why that is enough:
 *
 * - Whoever has read one of the tables holds a lock on it until the transaction ends, so under the three locks there is nobody who has seen
 *   the run before and may go on to see the next one. Whoever waits for a lock has read nothing yet.
 * - Rows of the next tables are frozen: a transaction whose snapshot is older than they are, and that first reads after the swap, sees them
 *   too, and so does COPY or EXECUTE, which take their snapshot before they wait for the lock.
 *
 * Readers must not wait: as long as somebody is inside, only looks are taken, and every now and then the tables are closed for a moment, so
 * that those inside leave and nobody comes after them. Who reads one table and then another is caught then, and everything is opened at once;
 * the table that could not be had is locked first from then on.
 *
 * See docs/decisions/0003-publish-by-a-swap.md.
 */

/** How long we look for an instant at which nobody is inside before we close the tables for a moment. */
const watchMs = 500;
/** Between two looks. */
const pollMs = 2;
/** After the tables were closed in vain, for the readers who had to wait. */
const pauseMs = 100;
/** lock_timeout and deadlock: somebody is inside. */
const refusals = ['55P03', '40P01'];

export interface SwapOptions {
  /** As Date.now(): then it is given up. */
  deadline: number;
  onWaiting: (who: InTheWay | undefined) => void;
  /** Called in the transaction of the swap, before it waits for anybody. */
  record: (client: pg.PoolClient) => Promise<void>;
}

/** What a swap would lose or fail on, such as triggers on the published tables; usually nothing. */
export async function obstaclesToSwap(database: Database): Promise<string[]> {
  const rows = await database.query<{ obstacle: string }>('sql/swap/obstacles.sql');
  return rows.map(({ obstacle }) => obstacle);
}

/**
 * Shows the next tables instead of those that are shown, at an instant at which no transaction has read any of them.
 *
 * @returns false if there was no such instant before the deadline; everything is as it was then
 */
export async function swap(database: Database, { deadline, onWaiting, record }: SwapOptions): Promise<boolean> {
  if (!(await waitUntilFrozen(database, deadline, onWaiting))) return false;
  try {
    await database.transaction(async (client) => {
      await queryAll(client, 'sql/swap/begin.sql');
      await record(client);
      if (!(await exchangeAtAnInstant(client, deadline, onWaiting))) throw new NoInstant();
    });
  } catch (error) {
    if (error instanceof NoInstant) return false;
    throw error;
  }
  // Shown is shown: whatever happens from here on, the run was published.
  await quietly(database, 'sql/publish/make-durable.sql');
  return true;
}

/** Rolls the transaction back; no error that anybody sees. */
class NoInstant extends Error {}

/** After a swap: what it put aside goes, and the planner is told of what is shown. Errors don't matter, the next publish does it too. */
export async function tidyUp(database: Database): Promise<void> {
  await quietly(database, 'sql/swap/drop-old.sql');
  await quietly(database, 'sql/swap/analyze.sql');
}

/** Without the fence, which lets nobody write for a run that is published. */
async function quietly(database: Database, file: SqlFile): Promise<void> {
  await database.transaction((client) => queryAll(client, file), { implicit: true }).catch(() => undefined);
}

async function exchangeAtAnInstant(
  client: pg.PoolClient,
  deadline: number,
  onWaiting: SwapOptions['onWaiting'],
): Promise<boolean> {
  let order: readonly PublishedTable[] = publishedTables;
  for (;;) {
    const inside = await watch(client, Math.min(deadline, Date.now() + watchMs));
    if (inside) onWaiting(inside);
    if (Date.now() > deadline) return false;
    const refused = await exchange(client, order);
    if (!refused) return true;
    order = [refused, ...order.filter((table) => table !== refused)];
    await sleep(pauseMs * (0.5 + Math.random()));
  }
}

/** Looks until nobody is inside; at the end, who is. */
async function watch(client: pg.PoolClient, end: number): Promise<InTheWay | undefined> {
  for (;;) {
    await queryOn(client, 'sql/gate/clear-activity.sql');
    const inside = await queryOn<InTheWay & pg.QueryResultRow>(client, 'sql/swap/readers.sql');
    if (inside.length === 0 || Date.now() > end) return inside[0];
    await sleep(pollMs);
  }
}

/** Locks the tables in this order and exchanges them, or opens them again and returns which one could not be had in time. */
async function exchange(client: pg.PoolClient, order: readonly PublishedTable[]): Promise<PublishedTable | undefined> {
  await queryAll(client, 'sql/swap/savepoint.sql');
  let next = order[0];
  try {
    for (next of order) await queryAll(client, `sql/swap/lock-${next}.sql`);
    await queryAll(client, 'sql/swap/exchange.sql');
    return undefined;
  } catch (error) {
    if (!refusals.includes(String((error as { code?: unknown }).code))) throw error;
    await queryAll(client, 'sql/swap/let-go.sql');
    return next;
  }
}
