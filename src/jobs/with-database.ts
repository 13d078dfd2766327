import type { Settings } from '../config/settings.ts';
import { explainFullDisk } from '../engines/free-space.ts';
import { up } from '../engines/stack.ts';
import { say } from '../output.ts';
import { Database } from '../postgres/database.ts';
import { fitUserIds } from '../postgres/fit-user-ids.ts';
import { migrate } from '../postgres/migrate.ts';
import { claimPostgres } from './own-servers.ts';

/**
 * Starts Postgres if need be, brings its tables up to date, and does `work` with it.
 *
 * @param onProgress is told whom an update of the tables waits for
 */
export async function withDatabase<T>(
  settings: Settings,
  signal: AbortSignal | undefined,
  work: (database: Database) => Promise<T>,
  onProgress: (text: string) => void = say,
): Promise<T> {
  try {
    const stack = await up(settings, { signal, only: 'postgres' });
    await using database = await Database.connect(stack.postgres.url);
    await migrate(database, settings.publishPatienceSeconds, onProgress);
    if (settings.userIds) await fitUserIds(database, settings.userIds);
    // Awaited here: without it the connections would be closed before the work is done.
    return await work(database);
  } catch (error) {
    throw explainFullDisk(settings, error);
  }
}

/** {@link withDatabase} for what changes the network: refuses a Postgres that belongs to another home. */
export async function withNetwork<T>(
  settings: Settings,
  signal: AbortSignal | undefined,
  work: (database: Database) => Promise<T>,
  onProgress?: (text: string) => void,
): Promise<T> {
  const claimed = async (database: Database) => {
    await claimPostgres(database, settings);
    return work(database);
  };
  return withDatabase(settings, signal, claimed, onProgress);
}
