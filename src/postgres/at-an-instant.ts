import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { EngineError } from '../errors.ts';
import { type Database, queryOn, sqlStateOf, textOf } from './database.ts';

/** How long we watch for an instant before we try without one. */
const watchMs = 500;
/** How often we look while watching. */
const pollMs = 2;
/** A transaction that has had the tables open for this long is staying: a try would fail and only make readers wait. */
const stayMs = 2_000;
/**
 * How long a try closes the tables. It grows with each failed try, since readers leave more slowly on a busy server.
 */
const closeMs = { least: 100, step: 50, most: 400 };
/** How long we go on after transactions were ended, until they are gone. */
const graceMs = 5_000;
/** How many holders an error names. */
const named = 3;

/** A transaction that has one of the tables open, and whose it is. */
export interface Holder extends pg.QueryResultRow {
  transaction: string;
  /** Null for a prepared transaction. */
  pid: number | null;
  application: string | null;
  user: string | null;
  /** Null if Kith's role is not allowed to see it. */
  since: string | null;
  /** Whether it belongs to a member of kith_readers, whose transactions we may end. */
  isReader: boolean;
}

/** Somebody has a table open: this try has failed, and there will be another one. */
class InUse extends Error {}

/**
 * Runs `work`, which locks the tables with a short lock_timeout; if somebody has them open, only this try fails.
 *
 * @param states further SQLSTATEs with which only this try fails
 */
export async function unlessInUse<T>(work: () => Promise<T>, states: readonly string[] = []): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // 55P03 lock_not_available, 40P01 deadlock_detected
    throw ['55P03', '40P01', ...states].includes(sqlStateOf(error) ?? '') ? new InUse() : error;
  }
}

export interface Patience {
  /** The tables to lock, with their partitions, e.g. `graph_recs.recommendations`. */
  tables: readonly string[];
  seconds: number;
  /** What an error says has failed, e.g. `Nothing was published`. */
  failure: string;
  onProgress: (text: string) => void;
}

/**
 * Calls `attempt`, one short transaction, until it finds an instant at which nobody has the tables open. Everything
 * that locks the published tables goes through here, so no reader waits for more than a moment.
 *
 * We watch until every transaction inside has all the tables open and so needs no other one to finish; then we close
 * the tables. If there is no such instant, we close them now and then anyway, so that those inside leave and nobody
 * enters; but not while somebody is staying inside. When the patience has run out, transactions of members of
 * kith_readers are ended; those of others never are.
 *
 * @param attempt locks within {@link unlessInUse}. It calls its argument right before, which waits for an instant and
 *   returns for how many milliseconds the tables may be closed.
 * @throws EngineError naming who has the tables open
 */
export async function atAnInstant<T>(
  database: Database,
  patience: Patience,
  attempt: (watch: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patience.seconds * 1000;
  const inside = new Inside();
  let endedAt: number | undefined;
  for (let milliseconds = closeMs.least; ; milliseconds = Math.min(milliseconds + closeMs.step, closeMs.most)) {
    try {
      return await attempt(async () => {
        await watch(database, patience.tables, inside);
        return milliseconds;
      });
    } catch (error) {
      if (!(error instanceof InUse)) throw error;
    }
    const present = await holdersOf(database, patience.tables);
    inside.see(present.map(({ transaction }) => transaction));
    const now = performance.now();
    const staying = present.filter(({ transaction }) => inside.stays(transaction, now));
    const [first] = [...staying, ...present];
    const isOver = endedAt !== undefined && now > endedAt + graceMs;
    if (now <= deadline) {
      if (first) patience.onProgress(`waiting for ${describe(first)} to end its transaction`);
    } else if (staying.length > 0) {
      const canEnd = staying.every(({ isReader }) => isReader) && !isOver;
      if (!canEnd || !(await endTransactions(database, staying, patience.onProgress))) throw tooLong(staying, patience);
      endedAt ??= performance.now();
    } else if (endedAt === undefined ? inside.knowsWhoStays(now) : isOver) throw tooLong(present, patience);
    await sleep(milliseconds * (0.5 + Math.random()));
  }
}

/** Transactions that have the tables open, and when we first saw them. */
class Inside {
  #since = new Map<string, number>();
  /** Since when we have looked without a break. */
  #lookingSince: number | undefined;
  #lastLook: number | undefined;

  see(transactions: readonly string[]): void {
    const now = performance.now();
    if (this.#lastLook === undefined || now - this.#lastLook > stayMs) this.#lookingSince = now;
    this.#lastLook = now;
    this.#since = new Map(transactions.map((one) => [one, this.#since.get(one) ?? now]));
  }

  stays(transaction: string, now = performance.now()): boolean {
    const since = this.#since.get(transaction);
    return since !== undefined && now - since > stayMs;
  }

  /** Not before we have looked for that long: the system may have held us up until the patience had run out. */
  knowsWhoStays(now: number): boolean {
    return this.#lookingSince !== undefined && now - this.#lookingSince > stayMs;
  }
}

/** Who has these tables open. */
export async function holdersOf(database: Database, tables: readonly string[]): Promise<Holder[]> {
  return database.transaction((client) => queryOn<Holder>(client, 'sql/locks/holders.sql', [tables]), {
    implicit: true,
  });
}

/** Describes a holder for people: program, role, process, and since when. */
export function describe({ application, user, pid, since }: Holder): string {
  if (pid === null) return 'a prepared transaction (see pg_prepared_xacts)';
  const begun = since === null ? '' : `, since ${since}`;
  return `${application || 'a program'} of ${user ?? 'another user'} (process ${pid}${begun})`;
}

/**
 * Watches until nobody inside may still want another table, for a limited time; on its own connection, which holds no
 * snapshot.
 *
 * @throws InUse if somebody is staying inside
 */
async function watch(database: Database, tables: readonly string[], inside: Inside): Promise<void> {
  const end = performance.now() + watchMs;
  // Prepared by name, so that it is planned only once: 0.3 ms instead of 1.2 ms.
  const look = { name: 'kith-transactions', text: textOf('sql/locks/transactions.sql'), values: [tables] };
  await database.transaction(
    async (client) => {
      for (;;) {
        const { rows } = await client.query<{ transaction: string; mayWantMore: boolean }>(look);
        inside.see(rows.map(({ transaction }) => transaction));
        const stays = rows.some(({ transaction }) => inside.stays(transaction));
        if (!stays && !rows.some(({ mayWantMore }) => mayWantMore)) return;
        if (performance.now() > end && stays) throw new InUse();
        if (performance.now() > end) return;
        await sleep(pollMs);
      }
    },
    { implicit: true },
  );
}

/** Ends transactions; returns false if Kith's role is not allowed to. */
async function endTransactions(
  database: Database,
  holders: readonly Holder[],
  onProgress: Patience['onProgress'],
): Promise<boolean> {
  for (const holder of holders) {
    const ended = await database.query('sql/locks/end-transaction.sql', [holder.pid]).catch(() => undefined);
    if (!ended) return false;
    onProgress(`ended the transaction of ${describe(holder)}`);
  }
  return true;
}

function tooLong(inside: readonly Holder[], { failure, seconds }: Patience): EngineError {
  const raise = 'raise KITH_PUBLISH_PATIENCE_SECONDS, then run again';
  const [first] = inside;
  if (!first)
    return new EngineError(
      `${failure}, because there was no instant within ${seconds} s at which nobody was reading the tables: ` +
        `let fewer programs read at the same time, or ${raise}.`,
    );
  const some = inside.slice(0, named);
  const others = inside.length > named ? ` and ${inside.length - named} more` : '';
  const ends = some.flatMap(({ pid }) => (pid === null ? [] : [`SELECT pg_terminate_backend(${pid})`]));
  return new EngineError(
    `${failure}, because ${some.map(describe).join(' and ')}${others} kept the tables open in a transaction for ${seconds} s: ` +
      `end it${ends.length > 0 ? ` (${ends.join('; ')})` : ''} or ${raise}.`,
  );
}
