import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import { projectRoot } from '../config/project.ts';
import { EngineError, messageOf } from '../errors.ts';

/** Brings the database's schemas up to date: the files of `sql/migrations`, by number, each once. */
export async function migrate(url: string): Promise<void> {
  try {
    await runner({
      databaseUrl: url,
      dir: join(projectRoot, 'sql', 'migrations'),
      direction: 'up',
      migrationsTable: 'migrations',
      migrationsSchema: 'kith',
      createMigrationsSchema: true,
      // Two processes that start at once: the second waits and then finds nothing to do.
      advisoryLockMode: 'wait',
      log: () => undefined,
    });
  } catch (error) {
    throw new EngineError(`The tables of Postgres can't be brought up to date: ${messageOf(error)}`, { cause: error });
  }
}
