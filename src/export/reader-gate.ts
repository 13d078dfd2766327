import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { EngineError } from '../errors.ts';
import { type Database, queryOn, type SqlFile } from './database.ts';

/*
 * Why a gate. The merge is one transaction, so every single statement, and every REPEATABLE READ or SERIALIZABLE transaction,
 * sees one run by itself. A READ COMMITTED transaction takes a new snapshot for each statement: had it read one table
 * before the publish, it would read the next one after it. So the publish must become visible at a moment when no such
 * transaction is half way.
 *
 * How. Three connections queue for an exclusive lock, one for each table. They never get it, because the publishing
 * transaction has written to the tables; but whoever comes after them waits behind them. Those who came before finish
 * their transactions; when all have, the publish is committed and the queues are let go. If that takes longer than a moment, the
 * queues are let go without, readers catch up, and it is tried again. Three connections rather than one that locks three
 * tables: all queues close at once, and since the publishing transaction itself waits for nobody there is no deadlock.
 */

/** The longest that readers are made to wait; below Postgres' deadlock_timeout of a second. */
const momentMs = 300;
/** Between two tries, so that readers are held up a small part of the time. */
const pauseMs = [200, 1500] as const;
const pollMs = 5;

const queues: readonly SqlFile[] = [
  'sql/gate/lock-closest-connections.sql',
  'sql/gate/lock-recommendations.sql',
  'sql/gate/lock-rec-reasons.sql',
];

interface Reader {
  pid: number;
  application: string | null;
  user: string | null;
  since: string | null;
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
  for (let pause: number = pauseMs[0]; ; pause = Math.min(pause * 2, pauseMs[1])) {
    const readers = await tryToCommit(client, database);
    if (readers === undefined) return;
    const [first] = readers;
    const who = first
      ? `${first.application || 'a program'} of ${first.user ?? 'another user'} (process ${first.pid}, since ${first.since ?? 'unknown'})`
      : 'a reader';
    if (Date.now() > deadline)
      throw new EngineError(
        `${who} has read the tables in a transaction and not ended it for ${patienceSeconds} s, so nothing was published; ` +
          `end it${first ? ` (SELECT pg_terminate_backend(${first.pid}))` : ''} or raise KITH_PUBLISH_PATIENCE_SECONDS.`,
      );
    onWaiting(`waiting for ${who} to end its transaction`);
    await sleep(pause * (0.5 + Math.random()));
  }
}

/** One try; returns undefined when it is committed, otherwise who was in the way. */
async function tryToCommit(client: pg.PoolClient, database: Database): Promise<Reader[] | undefined> {
  const me = await backendPid(client);
  const queuers: number[] = [];
  const queueing = queues.map((file) =>
    database
      .transaction(async (queuer) => {
        queuers.push(await backendPid(queuer));
        // Only if this process is stopped in its tracks does the server have to let the readers go by itself.
        await queuer.query("SET LOCAL lock_timeout = '20s'");
        await queryOn(queuer, file);
        // Thrown so that the connection is closed, not used again: the cancellation below may reach it late.
        throw new Error('the queue is let go');
      })
      .catch(() => undefined),
  );
  const end = Date.now() + momentMs;
  try {
    for (;;) {
      const [state] = await queryOn<{ queued: string; unfinished: Reader[] }>(client, 'sql/gate/readers.sql', [
        me,
        queuers,
      ]);
      const readers = state?.unfinished ?? [];
      if (Number(state?.queued) === queues.length && readers.length === 0) {
        await client.query('COMMIT');
        return undefined;
      }
      if (Date.now() > end) return readers;
      await sleep(pollMs);
    }
  } finally {
    for (const pid of queuers) await client.query('SELECT pg_cancel_backend($1)', [pid]).catch(() => undefined);
    await Promise.all(queueing);
  }
}

async function backendPid(client: pg.ClientBase): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}
