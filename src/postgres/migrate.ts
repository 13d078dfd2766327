import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import { migrationNames, statement } from '../config/project.ts';
import { EngineError, KithError, messageOf } from '../errors.ts';
import { atAnInstant, unlessInUse } from './at-an-instant.ts';
import { type Database, queryOn } from './database.ts';

/** What migrations lock, besides tables that nobody but Kith uses. */
const tables = ['graph_recs.closest_connections', 'graph_recs.recommendations', 'graph_recs.rec_reasons'];

/**
 * Brings the database's schemas up to date: the files of `sql/migrations`, by number, each once, all in one transaction.
 *
 * @throws EngineError if one fails, or if somebody keeps the tables open for longer than `patienceSeconds`; nothing has changed then
 */
export async function migrate(database: Database, patienceSeconds: number): Promise<void> {
  // node-pg-migrate reads files: they are those that this program was built with, whatever the checkout has by now.
  const dir = mkdtempSync(join(tmpdir(), 'kith-migrations-'));
  try {
    for (const name of migrationNames()) writeFileSync(join(dir, name), statement(`sql/migrations/${name}`));
    const patience = {
      tables,
      seconds: patienceSeconds,
      failure: 'The tables of Postgres were not brought up to date',
      onProgress: () => undefined,
    };
    await atAnInstant(database, patience, () => unlessInUse(() => migrateNow(database, dir)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function migrateNow(database: Database, dir: string): Promise<void> {
  await database.transaction(
    async (client) => {
      await queryOn(client, 'sql/locks/limit-session.sql');
      await runner({
        dbClient: client,
        dir,
        direction: 'up',
        migrationsTable: 'migrations',
        migrationsSchema: 'kith',
        createMigrationsSchema: true,
        singleTransaction: true,
        // Two processes that start at once: the second waits, as long as the limit allows, and then finds nothing to do.
        advisoryLockMode: 'wait',
        log: () => undefined,
      }).catch((error) => {
        if (error instanceof KithError) throw error;
        throw new EngineError(`The tables of Postgres can't be brought up to date: ${messageOf(error)}`, {
          cause: error,
        });
      });
      await queryOn(client, 'sql/locks/no-limit-session.sql');
    },
    { implicit: true },
  );
}
