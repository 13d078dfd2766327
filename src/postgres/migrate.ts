import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import type pg from 'pg';
import { migrationNames, statement } from '../config/project.ts';
import { EngineError, KithError, messageOf } from '../errors.ts';
import { atAnInstant, unlessInUse } from './at-an-instant.ts';
import { type Database, queryOn } from './database.ts';

/** The tables that migrations lock, besides those that only Kith uses. */
const tables = ['graph_recs', 'kith_staging'].flatMap((schema) =>
  ['closest_connections', 'recommendations', 'rec_reasons'].map((table) => `${schema}.${table}`),
);

/**
 * Migrates the database: runs the files in `sql/migrations` that have not been run yet, in order, in one transaction.
 *
 * @throws EngineError if one fails, or if somebody keeps the tables open for longer than `patienceSeconds`; nothing is
 *   changed then
 */
export async function migrate(
  database: Database,
  patienceSeconds: number,
  onProgress: (text: string) => void,
): Promise<void> {
  // node-pg-migrate reads files. It gets those that this program was built with, since the checkout may have changed.
  const dir = mkdtempSync(join(tmpdir(), 'kith-migrations-'));
  try {
    for (const name of migrationNames()) writeFileSync(join(dir, name), statement(`sql/migrations/${name}`));
    const patience = {
      tables,
      seconds: patienceSeconds,
      failure: 'The tables in Postgres were not migrated',
      onProgress,
    };
    await atAnInstant(database, patience, () => unlessInUse(() => migrateNow(database, dir), createdByAnother));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Found extends pg.QueryResultRow {
  isMigrated: boolean;
  hasSchema: boolean;
}

/** What a statement says when another process has created the same thing meanwhile. */
const createdByAnother = ['23505', '42P06'];

async function migrateNow(database: Database, dir: string): Promise<void> {
  await database.transaction(async (client) => {
    await queryOn(client, 'sql/locks/limit-session.sql');
    // If two processes start at once, the second waits, as long as the limit allows, and then finds nothing to do.
    const [found] = await queryOn<Found>(client, 'sql/locks/find-migrations.sql');
    if (found?.isMigrated) await queryOn(client, 'sql/locks/lock-migrations.sql');
    else if (!found?.hasSchema) await queryOn(client, 'sql/jobs/create-schema.sql');
    await runner({
      dbClient: client,
      dir,
      direction: 'up',
      migrationsTable: 'migrations',
      migrationsSchema: 'kith',
      // It would begin and end this transaction as well, which only draws a warning.
      singleTransaction: true,
      // Its lock is an advisory one, which every role can take, and then nothing could be migrated.
      noLock: true,
      log: () => undefined,
    }).catch((error) => {
      if (error instanceof KithError) throw error;
      throw new EngineError(`The tables in Postgres can't be migrated: ${messageOf(error)}`, {
        cause: error,
      });
    });
    await queryOn(client, 'sql/locks/no-limit-session.sql');
  });
}
