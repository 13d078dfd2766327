import pg from 'pg';
import type { Settings } from '../../config/settings.ts';
import { status } from '../../engines/stack.ts';
import { BusyError } from '../../errors.ts';
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
 * @throws BusyError naming the workers that are alive; EngineError if Postgres runs and doesn't answer
 */
export async function refuseWhileWorkers(settings: Settings): Promise<void> {
  const { postgres } = await status(settings);
  // A busy Postgres may not answer in the time that a status has.
  if (postgres.url === undefined || !(postgres.running || postgres.pid !== undefined)) return;
  await using database = await Database.connect(postgres.url);
  const workers = await database.query<{ worker: string }>('sql/jobs/workers.sql');
  if (workers.length === 0) return;
  const names = workers.map(({ worker }) => worker).join(', ');
  throw new BusyError(
    `${several(workers.length, 'worker is', 'workers are')} running (${names}) and would start the engines again: ` +
      'stop them first (SIGTERM lets them finish their step), or call `kith down --force`.',
  );
}
