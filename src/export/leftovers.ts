import { messageOf } from '../errors.ts';
import { describe, holdersOf } from '../postgres/at-an-instant.ts';
import { type Database, queryAll, queryOn, sqlStateOf } from '../postgres/database.ts';
import type { PublishedTable } from './published-tables.ts';

/**
 * Before a step writes these tables for a run: what was made for other runs, or for these tables by earlier attempts, can't be published any
 * more.
 */
export async function forgetEarlier(
  database: Database,
  runId: string,
  tables: readonly PublishedTable[],
  onProgress: (text: string) => void,
): Promise<void> {
  await database.query('sql/next/forget.sql', [runId, tables]);
  await removeLeftovers(database, onProgress);
}

/**
 * Removes next tables that no run can publish. Those that somebody has open, such as pg_dump, are named and stay until the next time; nobody is
 * waited for.
 */
export async function removeLeftovers(database: Database, onProgress: (text: string) => void): Promise<void> {
  // Not for the attempt: a run that is published has none any more, and what nobody can publish anybody may remove.
  const outside = { implicit: true };
  const leftovers = await database.transaction(
    (client) => queryOn<{ name: string }>(client, 'sql/next/leftovers.sql'),
    outside,
  );
  for (const { name } of leftovers) {
    try {
      await database.transaction((client) => queryAll(client, 'sql/next/drop.sql', { next: name }), outside);
    } catch (error) {
      if (sqlStateOf(error) === undefined) throw error;
      const [holder] = await holdersOf(database, [`kith_next.${name}`]);
      onProgress(
        `kith_next.${name} is left for later: ${holder ? `${describe(holder)} has it open` : messageOf(error)}`,
      );
    }
  }
}
