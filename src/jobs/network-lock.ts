import { BusyError, EngineError } from '../errors.ts';
import { type Database, queryOn } from '../export/database.ts';
import { type RunUnderWay, refuseWorkersRun } from './runs.ts';

/**
 * Does `work` while no other process works on the same network: a run, a step alone, a reset.
 *
 * @param work gets a signal that aborts when the lock is lost because Postgres went away
 * @throws BusyError at once if another process holds the lock, or workers are in the middle of a run
 */
export async function withNetworkLock<T>(database: Database, work: (lost: AbortSignal) => Promise<T>): Promise<T> {
  return database.transaction(async (client) => {
    const [row] = await queryOn<{ locked: boolean }>(client, 'sql/runs/try-lock.sql');
    if (!row?.locked)
      throw new BusyError(
        'Another run is at work on this network: wait for it to end, or stop it with Ctrl-C where it runs.',
      );
    const [current] = await queryOn<RunUnderWay>(client, 'sql/runs/under-way.sql');
    refuseWorkersRun(current);
    const lost = new AbortController();
    const onLost = () =>
      lost.abort(new EngineError('The connection to Postgres broke off; see `kith status`, then run again.'));
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
