import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import { migrationNames, statement } from '../config/project.ts';
import { EngineError, messageOf } from '../errors.ts';

/** Brings the database's schemas up to date: the files of `sql/migrations`, by number, each once. */
export async function migrate(url: string): Promise<void> {
  // node-pg-migrate reads files: they are those that this program was built with, whatever the checkout has by now.
  const dir = mkdtempSync(join(tmpdir(), 'kith-migrations-'));
  try {
    for (const name of migrationNames()) writeFileSync(join(dir, name), statement(`sql/migrations/${name}`));
    await runner({
      databaseUrl: url,
      dir,
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
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
