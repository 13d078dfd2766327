import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { EngineError } from '../errors.ts';
import { type Database, queryOn, sqlStateOf, textOf } from './database.ts';

/** How long we look for an instant before we try without one. */
const watchMs = 500;
/** Between two looks. */
const pollMs = 2;
/** A transaction that has the tables open for this long stays: nobody has to wait for tries that it makes fail. */
const stayMs = 2_000;
/** How long a try closes the tables: the longer the more have failed, since a busy server's readers take longer to leave. */
const closeMs = { least: 100, step: 50, most: 400 };
/** After the patience, for the instant at which those whose transactions were ended are gone. */
const graceMs = 5_000;
/** How many an error names. */
const named = 3;

/** Somebody whose transaction has one of the tables open. */
export interface Holder extends pg.QueryResultRow {
  transaction: string;
  /** Null: a prepared transaction. */
  pid: number | null;
  application: string | null;
  user: string | null;
  /** Null if Kith's role may not see it. */
  since: string | null;
  /** One of kith_readers, whose transactions may be ended. */
  isReader: boolean;
}

/** Somebody has a table open: the try has failed, and there will be another one. */
class InUse extends Error {}

/** Does what locks the tables, in a transaction whose lock_timeout is short; somebody who has them open is no error but makes the try fail. */
export async function unlessInUse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // lock_timeout, deadlock
    throw ['55P03', '40P01'].includes(sqlStateOf(error) ?? '') ? new InUse() : error;
  }
}

export interface Patience {
  /** Tables that are to be locked, e.g. `graph_recs.recommendations`; their partitions too. */
  tables: readonly string[];
  seconds: number;
  /** What it means if there is no instant, e.g. `Nothing was published`. */
  failure: string;
  onProgress: (text: string) => void;
}

/**
 * Calls `attempt`, one short transaction, until it finds an instant at which nobody has the tables open. Everything that locks the published
 * tables goes through here, so that no reader waits for more than a moment. We look until all who are inside have all tables open, so that they
 * need no other one to come to their end, and close the tables then. If there is no such instant we close them now and then, so that
 * those inside leave and nobody comes after them; but not while somebody stays inside. When the patience is at an end, transactions of
 * members of kith_readers are ended; others never are.
 *
 * @param attempt locks within {@link unlessInUse}; its argument, called right before, waits for an instant and gives the milliseconds for which the
 *   tables may be closed
 * @throws EngineError naming who has the tables open
 */
export async function atAnInstant<T>(
  database: Database,
  patience: Patience,
  attempt: (watch: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + patience.seconds * 1000;
  const inside = new Inside();
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
    const staying = present.filter(({ transaction }) => inside.stays(transaction));
    const [first] = [...staying, ...present];
    if (Date.now() <= deadline) {
      if (first) patience.onProgress(`waiting for ${describe(first)} to end its transaction`);
    } else {
      const canEnd = staying.length > 0 && staying.every(({ isReader }) => isReader) && Date.now() < deadline + graceMs;
      if (!canEnd || !(await endTransactions(database, staying, patience.onProgress)))
        throw tooLong(staying.length > 0 ? staying : present, patience);
    }
    await sleep(milliseconds * (0.5 + Math.random()));
  }
}

/** Transactions that have the tables open, and since when we see them. */
class Inside {
  #since = new Map<string, number>();

  see(transactions: readonly string[]): void {
    this.#since = new Map(transactions.map((one) => [one, this.#since.get(one) ?? Date.now()]));
  }

  stays(transaction: string): boolean {
    const since = this.#since.get(transaction);
    return since !== undefined && Date.now() - since > stayMs;
  }
}

/** Who has these tables open. */
export async function holdersOf(database: Database, tables: readonly string[]): Promise<Holder[]> {
  return database.transaction((client) => queryOn<Holder>(client, 'sql/locks/holders.sql', [tables]), {
    implicit: true,
  });
}

/** For a person: program, role, process, and since when. */
export function describe({ application, user, pid, since }: Holder): string {
  if (pid === null) return 'a prepared transaction (see pg_prepared_xacts)';
  const begun = since === null ? '' : `, since ${since}`;
  return `${application || 'a program'} of ${user ?? 'another user'} (process ${pid}${begun})`;
}

/**
 * Looks until nobody is inside who may want another table, but not for long; on a connection of its own, which keeps no snapshot.
 *
 * @throws InUse if somebody stays inside
 */
async function watch(database: Database, tables: readonly string[], inside: Inside): Promise<void> {
  const end = Date.now() + watchMs;
  // By name, so that it is planned once: 0.3 ms instead of 1.2.
  const look = { name: 'kith-transactions', text: textOf('sql/locks/transactions.sql'), values: [tables] };
  await database.transaction(
    async (client) => {
      for (;;) {
        const { rows } = await client.query<{ transaction: string; mayWantMore: boolean }>(look);
        inside.see(rows.map(({ transaction }) => transaction));
        const stays = rows.some(({ transaction }) => inside.stays(transaction));
        if (!stays && !rows.some(({ mayWantMore }) => mayWantMore)) return;
        if (Date.now() > end && stays) throw new InUse();
        if (Date.now() > end) return;
        await sleep(pollMs);
      }
    },
    { implicit: true },
  );
}

/** Ends transactions; false if Kith's role may not. */
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
      `${failure}, because for ${seconds} s there was no instant at which nobody read the tables: ` +
        `let fewer programs read at once, or ${raise}.`,
    );
  const some = inside.slice(0, named);
  const others = inside.length > named ? ` and ${inside.length - named} more` : '';
  const ends = some.flatMap(({ pid }) => (pid === null ? [] : [`SELECT pg_terminate_backend(${pid})`]));
  return new EngineError(
    `${failure}, because ${some.map(describe).join(' and ')}${others} kept the tables open in a transaction for ${seconds} s: ` +
      `end it${ends.length > 0 ? ` (${ends.join('; ')})` : ''} or ${raise}.`,
  );
}
