import pg from 'pg';
import type { Settings } from '../../config/settings.ts';
import { status } from '../../engines/stack.ts';
import { BusyError, KithError } from '../../errors.ts';
import { several } from '../../figures.ts';
import { Database } from '../../postgres/database.ts';
import { workerName } from '../attempt.ts';

/** A connection that a worker holds as long as it lives, which is named after it. */
export class Presence implements AsyncDisposable {
  readonly #pool: pg.Pool;

  constructor({ url }: Database) {
    const named = { connectionString: url, application_name: `kith worker ${workerName()}` };
    this.#pool = new pg.Pool({ ...named, max: 1, idleTimeoutMillis: 0 });
    this.#pool.on('error', () => undefined);
  }

  /** Holds the connection, or another one if Postgres was away. */
  async keep(): Promise<void> {
    const client = await this.#pool.connect().catch(() => undefined);
    client?.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }
}

/**
 * Called before embedded engines are stopped: a worker would start them again.
 *
 * @throws BusyError naming the workers that are alive; nothing if Postgres doesn't answer
 */
export async function refuseWhileWorkers(settings: Settings): Promise<void> {
  const { postgres } = await status(settings);
  // A busy Postgres may not answer in the time that a status has.
  if (postgres.url === undefined || !(postgres.running || postgres.pid !== undefined)) return;
  const workers = await askWhoLives(postgres.url);
  if (workers.length === 0) return;
  const names = workers.map(({ worker }) => worker).join(', ');
  throw new BusyError(
    `${several(workers.length, 'worker is', 'workers are')} running (${names}) and would start the engines again: ` +
      'stop them first (SIGTERM lets them finish their step), or call `kith down --force`.',
  );
}

/** The workers that hold a connection; none if Postgres can't be asked, which is no reason to leave it as it is. */
async function askWhoLives(url: string): Promise<{ worker: string }[]> {
  try {
    await using database = await Database.connect(url);
    return await database.query<{ worker: string }>('sql/jobs/workers.sql');
  } catch (error) {
    if (error instanceof KithError) return [];
    throw error;
  }
}
