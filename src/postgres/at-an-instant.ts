import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { EngineError } from '../errors.ts';
import { type Database, queryOn, sqlStateOf } from './database.ts';

/** How long we look for an instant at which nobody has the tables open, before we try although somebody has. */
const watchMs = 500;
/** Between two looks. */
const pollMs = 2;
/** After a try that failed, for the readers who had to wait. */
const pauseMs = 100;
/** After the patience, for the instant at which those whose transactions were ended are gone. */
const graceMs = 5_000;

/** Somebody whose transaction has one of the tables open. */
export interface Holder extends pg.QueryResultRow {
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
 * tables goes through here, so that nobody waits for more than a moment: as long as somebody has them open, only looks are taken, and
 * every now and then a try closes them for the length of its lock_timeout, so that those inside leave and nobody comes after them.
 * When the patience is at an end, transactions of members of kith_readers are ended; others never are.
 *
 * @param attempt locks within {@link unlessInUse}; its argument, called right before, watches for an instant at which nobody is inside
 * @throws EngineError naming who has the tables open
 */
export async function atAnInstant<T>(
  database: Database,
  patience: Patience,
  attempt: (watch: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + patience.seconds * 1000;
  let before: Holder[] = [];
  for (;;) {
    try {
      return await attempt(() => watch(database, patience.tables));
    } catch (error) {
      if (!(error instanceof InUse)) throw error;
    }
    const inside = await holdersOf(database, patience.tables);
    const stayed = inside.filter((one) => before.some((other) => isSame(one, other)));
    if (Date.now() > deadline) {
      const canEnd = stayed.length > 0 && stayed.every(({ isReader }) => isReader) && Date.now() < deadline + graceMs;
      if (!canEnd || !(await endTransactions(database, stayed, patience.onProgress)))
        throw tooLong(stayed.length > 0 ? stayed : inside, patience);
    } else if (inside[0]) patience.onProgress(`waiting for ${describe(stayed[0] ?? inside[0])} to end its transaction`);
    before = inside;
    await sleep(pauseMs * (0.5 + Math.random()));
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

/** Looks until nobody is inside, but not for long. On one connection outside of any transaction: within one, pg_stat_activity stands still. */
async function watch(database: Database, tables: readonly string[]): Promise<void> {
  const end = Date.now() + watchMs;
  await database.transaction(
    async (client) => {
      while ((await queryOn(client, 'sql/locks/holders.sql', [tables])).length > 0 && Date.now() < end)
        await sleep(pollMs);
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

function isSame(one: Holder, other: Holder): boolean {
  return one.pid === other.pid && one.since === other.since;
}

function tooLong(inside: readonly Holder[], { failure, seconds }: Patience): EngineError {
  const raise = 'raise KITH_PUBLISH_PATIENCE_SECONDS, then run again';
  const [first] = inside;
  if (!first)
    return new EngineError(
      `${failure}, because for ${seconds} s there was no instant at which nobody read the tables: ` +
        `let fewer programs read at once, or ${raise}.`,
    );
  const ends = inside.flatMap(({ pid }) => (pid === null ? [] : [`SELECT pg_terminate_backend(${pid})`]));
  return new EngineError(
    `${failure}, because ${inside.map(describe).join(' and ')} kept the tables open in a transaction for ${seconds} s: ` +
      `end it${ends.length > 0 ? ` (${ends.join('; ')})` : ''} or ${raise}.`,
  );
}
