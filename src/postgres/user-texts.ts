import { collisionOf, type UserId, userIdOf } from '../user-id.ts';
import { type Database, queryOn } from './database.ts';

const atOnce = 10_000;

/**
 * Keeps the texts that users' ids are, all or none.
 *
 * @throws BadInputError if two texts have one number
 */
export async function keepTexts(
  database: Database,
  named: AsyncIterable<readonly (readonly [UserId, string])[]>,
): Promise<void> {
  await database.transaction(async (client) => {
    for await (const all of named)
      for (let i = 0; i < all.length; i += atOnce) {
        const some = all.slice(i, i + atOnce);
        const columns = [some.map(([id]) => id), some.map(([, text]) => text)];
        await queryOn(client, 'sql/ids/keep.sql', columns);
        const [found] = await queryOn<{ userId: string; known: string; other: string }>(
          client,
          'sql/ids/collisions.sql',
          columns,
        );
        if (found) throw collisionOf(found.userId, found.known, found.other);
      }
  });
}

/** The texts of users, by their numbers; of those who are known. */
export async function textsOf(database: Database, ids: Iterable<UserId>): Promise<Map<UserId, string>> {
  const rows = await database.query<{ userId: string; id: string }>('sql/ids/texts.sql', [[...ids]]);
  return new Map(rows.map(({ userId, id }) => [userIdOf(userId), id]));
}
