import { messageOf } from '../errors.ts';
import { describe, holdersOf } from '../postgres/at-an-instant.ts';
import { type Database, queryAll, queryOn, sqlStateOf } from '../postgres/database.ts';
import type { PublishedTable } from './published-tables.ts';

/**
 * Called before a step writes these tables for a run: from now on, next tables of other runs, and those that earlier
 * attempts made for these tables, can't be published.
 */
export async function forgetEarlier(
  database: Database,
  runId: string,
  tables: readonly (PublishedTable | 'users')[],
  onProgress: (text: string) => void,
): Promise<void> {
  await database.query('sql/next/forget.sql', [runId, tables]);
  await removeLeftovers(database, onProgress);
}

/**
 * Removes next tables that no run can publish. If somebody has one open, such as pg_dump, it is reported and left for
 * the next time, without waiting.
 */
export async function removeLeftovers(database: Database, onProgress: (text: string) => void): Promise<void> {
  // Outside the attempt's fence: a published run has no attempt any more, and anybody may remove leftovers.
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
