import type pg from 'pg';
import { ChecksFailedError } from '../errors.ts';
import { type Database, queryOn } from '../postgres/database.ts';
import { publishedTables, shapes } from './published-tables.ts';

/**
 * A publish replaces all rows of the published tables at once. It is better to find what that would break or fail on,
 * such as triggers and foreign keys, before a run begins than at its end.
 *
 * @throws ChecksFailedError naming every obstacle, and what to do about it
 */
export async function refuseObstacles(database: Database): Promise<void> {
  await database.transaction(refuseObstaclesOn, { implicit: true });
}

/** The same on a connection: under the tables' locks nobody can make an obstacle that has not been there before. */
export async function refuseObstaclesOn(client: pg.ClientBase): Promise<void> {
  const columns = publishedTables.flatMap((table) => [...shapes[table].key, ...shapes[table].measures]);
  const found = await queryOn<{ obstacle: string; remedy: string }>(client, 'sql/swap/obstacles.sql', [
    [...columns, 'created_at', 'updated_at', 'source'],
  ]);
  if (found.length === 0) return;
  throw new ChecksFailedError(
    `Every run replaces all rows of the published tables, which is impossible with ` +
      `${found.map(({ obstacle, remedy }) => `${obstacle} (${remedy})`).join('; ')}.`,
  );
}
