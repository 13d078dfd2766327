import { BusyError, EngineLostError } from '../errors.ts';
import type { Database, SqlFile } from '../postgres/database.ts';
import { refuseIfLocked } from '../postgres/refuse-if-locked.ts';
import { type RunUnderWay, refuseQueuedRun } from './runs.ts';

/** Work that ends when its signal aborts: the lock is lost because Postgres went away. */
type Work<T> = (lost: AbortSignal) => Promise<T>;

/**
 * Does `work` while no other process works on the same network: a run, a part of one, a reset.
 *
 * @throws BusyError at once if another process holds the lock, or a run of the queue is under way
 */
export async function withNetworkLock<T>(database: Database, work: Work<T>): Promise<T> {
  const busy = 'Another run is in progress on this network: wait until it ends, or stop it with Ctrl-C where it runs.';
  let hasLock = false;
  try {
    return await withLock(database, 'sql/runs/lock-network.sql', busy, async (lost) => {
      hasLock = true;
      await refuseIfQueued(database);
      return work(lost);
    });
  } catch (error) {
    // Whose lock it is may be a worker's, and Ctrl-C wouldn't end its run.
    if (!hasLock && error instanceof BusyError) await refuseIfQueued(database);
    throw error;
  }
}

async function refuseIfQueued(database: Database): Promise<void> {
  const [current] = await database.query<RunUnderWay>('sql/runs/under-way.sql');
  refuseQueuedRun(current);
}

/**
 * Does `work` while nobody works on the network by hand; steps of workers may go side by side.
 *
 * @throws BusyError if somebody does
 */
export async function withSharedNetworkLock<T>(database: Database, work: Work<T>): Promise<T> {
  return withLock(
    database,
    'sql/runs/share-network.sql',
    'Somebody is running a command on this network by hand.',
    work,
  );
}

async function withLock<T>(database: Database, file: SqlFile, busy: string, work: Work<T>): Promise<T> {
  return database.transaction(async (client) => {
    await refuseIfLocked(client, file, busy);
    const lost = new AbortController();
    const onLost = () =>
      lost.abort(new EngineLostError('The connection to Postgres broke off; see `kith status`, then run again.'));
    client.once('error', onLost);
    client.once('end', onLost);
    try {
      return await work(lost.signal);
    } catch (error) {
      // Whatever was under way only says that it was stopped.
      throw lost.signal.aborted ? lost.signal.reason : error;
    } finally {
      client.off('error', onLost);
      client.off('end', onLost);
    }
  });
}
