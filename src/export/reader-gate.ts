import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { statement } from '../config/project.ts';
import { EngineError } from '../errors.ts';
import { type Database, queryOn } from '../postgres/database.ts';
import { type PublishedTable, publishedTables } from './published-tables.ts';
import { TableQueues } from './table-queues.ts';

/*
 * For publishes that could not swap the tables (swap.ts) and merge in place.
 *
 * Why a gate. The merge is one transaction, so every single statement, and every REPEATABLE READ or SERIALIZABLE
 * transaction, sees one run by itself. A READ COMMITTED transaction takes a new snapshot for each statement: had it read
 * one table before the publish, it would read the next one after it. So the publish must become visible at a moment when
 * no such transaction is half way.
 *
 * How. Three connections queue for an exclusive lock, one for each table. They never get it, because the publishing
 * transaction has written to the tables; but whoever comes after them waits behind them, and the publish is committed when
 * nobody is left inside. The publishing transaction itself waits for nobody, so there is no deadlock.
 *
 * When. Who is inside can be seen without closing anything: we watch for an instant at which nobody is who might want
 * another table, and close then, for some milliseconds. If there is no such instant, the tables are closed one after the
 * other, each when its readers have left: transactions that read them in that order get through. One that goes another
 * way is caught between a table that it holds and one that is closed; all is opened at once then, and the table that it
 * wanted is closed last from then on. While somebody just stays inside, nothing is closed.
 *
 * A transaction that idles and keeps its snapshot is REPEATABLE READ: it sees one run come what may, and nobody has to
 * wait for it. Or it is READ COMMITTED with a cursor open, which looks the same from outside. So such a snapshot has to
 * stand still for a while before it counts as the former, the shorter the longer we have waited.
 *
 * See docs/decisions/0003-publish-by-a-swap.md.
 */

/** The longest that readers are made to wait: when nobody was inside, and when some have to leave first. Below deadlock_timeout. */
const momentMs = { quick: 100, patient: 300 };
/** How long we watch before we close the tables although somebody is inside. */
const watchMs = 1500;
/** Between two looks; the longer one while somebody has been inside since the last watch began. */
const pollMs = { quick: 2, patient: 30 };
/** After a try, for the readers who had to wait. */
const pauseMs = 100;
/** The share of the patience for which a snapshot has to stand still: 10 of 300 seconds. */
const standingShare = 1 / 30;
const leastStandingMs = 20;

interface Reader {
  pid: number;
  application: string | null;
  user: string | null;
  since: string | null;
  /** The server does not tell this role what the other is doing. */
  hidden: boolean;
  holds: PublishedTable[];
  wants: PublishedTable | null;
  /** Names its snapshot, if it has one now. */
  snapshot: string | null;
  /** Between two statements, of which the last was not about a cursor. */
  idle: boolean;
}

interface Standing {
  /** Tables that are closed. */
  queued: number;
  unfinished: Reader[];
}

/**
 * Commits the publishing transaction of `client` at a moment when no reader is half way through.
 *
 * @throws EngineError if a reader's transaction stays open longer than `patienceSeconds`; nothing is committed then
 */
export async function commitBetweenReaders(
  client: pg.PoolClient,
  database: Database,
  patienceSeconds: number,
  onWaiting: (text: string) => void,
): Promise<void> {
  const deadline = Date.now() + patienceSeconds * 1000;
  await TableQueues.use(client, database, async (queues) => {
    const snapshots = new StandingSnapshots(patienceSeconds * 1000 * standingShare);
    let order: readonly PublishedTable[] = ['closest-connections', 'recommendations', 'rec-reasons'];
    let inTheWay: readonly Reader[] = [];
    for (;;) {
      await remember(client, await queues.prepare(), []);
      const { inside, stayed } = await watch(client, snapshots, inTheWay);
      if (Date.now() > deadline) throw tooLong(stayed ?? inside[0] ?? inTheWay[0], patienceSeconds);
      if (stayed) {
        onWaiting(`waiting for ${described(stayed)} to end its transaction`);
        await queues.letGo();
        continue;
      }
      const before = inside.some(mayBeCaught)
        ? await closeInOrder(client, queues, snapshots, order)
        : await closeAtOnce(client, queues, snapshots);
      if (before === 'committed') return;
      inTheWay = before;
      onWaiting(`waiting for ${described(inTheWay[0])} to end its transaction`);
      const wanted = before.find(isCaught)?.wants;
      if (wanted) order = [...order.filter((table) => table !== wanted), wanted];
      await sleep(pauseMs * (0.5 + Math.random()));
    }
  });
}

/**
 * Looks until nobody is inside who may be caught or was in the way of the last try, but not for ever: then also who has
 * stayed all the time.
 */
async function watch(
  client: pg.PoolClient,
  snapshots: StandingSnapshots,
  inTheWay: readonly Reader[],
): Promise<{ inside: Reader[]; stayed?: Reader }> {
  const end = Date.now() + watchMs;
  let stayed: Reader[] | undefined;
  for (;;) {
    const { unfinished } = await look(client);
    snapshots.see(unfinished);
    const inside = unfinished.filter((reader) => !snapshots.isStanding(reader.snapshot));
    if (!inside.some((reader) => mayBeCaught(reader) || inTheWay.some((other) => isSame(reader, other))))
      return { inside };
    stayed = stayed ? stayed.filter((one) => inside.some((other) => isSame(one, other))) : inside;
    if (Date.now() > end) return { inside, stayed: stayed[0] };
    const halfWay = Date.now() > end - watchMs / 2;
    await sleep(halfWay && stayed.length > 0 ? pollMs.patient : pollMs.quick);
  }
}

/** One try, at an instant when nobody inside can be caught; unless it is committed, returns who was in the way. */
async function closeAtOnce(
  client: pg.PoolClient,
  queues: TableQueues,
  snapshots: StandingSnapshots,
): Promise<'committed' | Reader[]> {
  const end = Date.now() + momentMs.quick;
  try {
    for (const table of publishedTables) queues.close(table);
    await remember(client, queues.pids, snapshots.standing());
    for (;;) {
      if (await commitIfNobodyIsInside(client)) return 'committed';
      const { queued, unfinished } = await look(client);
      if (Date.now() > end || unfinished.some(isCaught)) return unfinished;
      if (queued === publishedTables.length && unfinished.length > 0) await sleep(pollMs.quick);
    }
  } finally {
    await queues.letGo();
  }
}

/** One try that lets those inside finish, if they read the tables in this order; returns as the other. */
async function closeInOrder(
  client: pg.PoolClient,
  queues: TableQueues,
  snapshots: StandingSnapshots,
  order: readonly PublishedTable[],
): Promise<'committed' | Reader[]> {
  const end = Date.now() + momentMs.patient;
  try {
    await remember(client, queues.pids, snapshots.standing());
    for (const [i, table] of order.entries()) {
      queues.close(table);
      for (;;) {
        const { queued, unfinished } = await look(client);
        if (queued > i && !unfinished.some(({ holds }) => holds.includes(table))) break;
        if (Date.now() > end || unfinished.some(isCaught)) return unfinished;
        await sleep(pollMs.quick);
      }
    }
    return (await commitIfNobodyIsInside(client)) ? 'committed' : (await look(client)).unfinished;
  } finally {
    await queues.letGo();
  }
}

/** Tells the server which processes close tables, and which snapshots need not be waited for. */
async function remember(client: pg.PoolClient, pids: readonly number[], snapshots: readonly string[]): Promise<void> {
  await queryOn(client, 'sql/gate/remember.sql', [pids, snapshots]);
}

async function look(client: pg.PoolClient): Promise<Standing> {
  await queryOn(client, 'sql/gate/clear-activity.sql');
  // By name, so that it is planned once: 0.3 ms instead of 1.2.
  const { rows } = await client.query<Standing>({ name: 'kith-readers', text: statement('sql/gate/readers.sql') });
  return rows[0] ?? { queued: 0, unfinished: [] };
}

/**
 * Looks and commits in one message, so that nothing can come in between, however slow this process or the network is: unless
 * all tables are closed and nobody is inside, a cast fails and the COMMIT behind it is skipped.
 */
async function commitIfNobodyIsInside(client: pg.PoolClient): Promise<boolean> {
  const readers = statement('sql/gate/readers.sql').replace(/;\s*$/, '');
  let results: unknown;
  try {
    results = await client.query(`
      SAVEPOINT gate;
      ${statement('sql/gate/clear-activity.sql')}
      SELECT CASE WHEN queued = 3 AND unfinished::text = '[]' THEN '1' ELSE 'a reader came first' END::integer
      FROM (${readers}
      ) AS standing;
      COMMIT;`);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '22P02') throw error;
    await client.query('ROLLBACK TO SAVEPOINT gate; RELEASE SAVEPOINT gate;');
    return false;
  }
  const last = (results as pg.QueryResult[]).at(-1)?.command;
  if (last !== 'COMMIT')
    throw new EngineError('Postgres rolled the publish back, so the tables stay as they were; run again.');
  return true;
}

/** The snapshots that idle transactions keep, and since when each has been seen. */
class StandingSnapshots {
  readonly #since = new Map<string, number>();
  readonly #started = Date.now();
  readonly #standMs: number;

  constructor(standMs: number) {
    this.#standMs = standMs;
  }

  see(readers: readonly Reader[]): void {
    for (const { snapshot, idle } of readers)
      if (idle && snapshot !== null && !this.#since.has(snapshot)) this.#since.set(snapshot, Date.now());
  }

  /** How long one has to stand: less and less, so that many short ones can't hold up the publish for ever. */
  get #enoughMs(): number {
    return Math.max(leastStandingMs, this.#standMs - (Date.now() - this.#started) / 2);
  }

  isStanding(snapshot: string | null): boolean {
    const since = snapshot === null ? undefined : this.#since.get(snapshot);
    return since !== undefined && Date.now() - since >= this.#enoughMs;
  }

  standing(): string[] {
    return [...this.#since.keys()].filter((snapshot) => this.isStanding(snapshot));
  }
}

/** Whoever holds all three tables never has to wait for one again. */
function mayBeCaught({ holds }: Reader): boolean {
  return holds.length < publishedTables.length;
}

/** Holds a table, or at least a snapshot, and waits for one that is closed. */
function isCaught({ wants }: Reader): boolean {
  return wants !== null;
}

function isSame(one: Reader, other: Reader): boolean {
  return one.pid === other.pid && one.since === other.since;
}

function described(reader: Reader | undefined): string {
  if (!reader) return 'a reader';
  const { application, user, pid, since } = reader;
  return `${application || 'a program'} of ${user ?? 'another user'} (process ${pid}, since ${since ?? 'unknown'})`;
}

function tooLong(reader: Reader | undefined, seconds: number): EngineError {
  const remedy = reader ? `end it (SELECT pg_terminate_backend(${reader.pid}))` : 'wait until fewer read at once';
  const blind = reader?.hidden
    ? ", or grant Kith's role pg_read_all_stats, so that it sees who need not be waited for"
    : '';
  return new EngineError(
    `Nothing was published, because ${described(reader)} has read the tables in a transaction and not ended it for ${seconds} s: ` +
      `${remedy} or raise KITH_PUBLISH_PATIENCE_SECONDS${blind}.`,
  );
}
