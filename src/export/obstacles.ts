import { BadInputError } from '../errors.ts';
import type { Database } from '../postgres/database.ts';
import { publishedTables, shapes } from './published-tables.ts';

/**
 * A publish replaces all rows of the published tables at once. It is better to find what that would break or fail on,
 * such as triggers and foreign keys, before a run begins than at its end.
 *
 * @throws BadInputError naming every obstacle, and what to do about it
 */
export async function refuseObstacles(database: Database): Promise<void> {
  const columns = publishedTables.flatMap((table) => [...shapes[table].key, ...shapes[table].measures]);
  const found = await database.query<{ obstacle: string; remedy: string }>('sql/swap/obstacles.sql', [
    [...columns, 'created_at', 'updated_at'],
  ]);
  if (found.length === 0) return;
  throw new BadInputError(
    `Every run replaces all rows of the published tables, which is impossible with ` +
      `${found.map(({ obstacle, remedy }) => `${obstacle} (${remedy})`).join('; ')}.`,
  );
}
