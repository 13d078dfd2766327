import { type Database, queryOn } from '../postgres/database.ts';
import type { UserId } from '../user-id.ts';
import type { RowCounts } from './published-tables.ts';
import { type PublishedRun, showRun } from './show-run.ts';
import { type AtOnce, atOnce } from './swap.ts';

interface Deleted {
  closest: number;
  recommendations: number;
  reasons: number;
}

/** How many published rows {@link eraseUser} would delete. */
export async function countShownOf(database: Database, userId: UserId): Promise<RowCounts> {
  const [found] = await database.query<Deleted & Record<string, number>>('sql/forget/count-shown.sql', [userId]);
  return { closest: 0, recommendations: 0, reasons: 0, ...found };
}

/**
 * Deletes a user from the three published tables at once: connections from and to them, and every recommendation in
 * which they are the user, the recommended or a reason, with all of its reasons. Ranks close up. Readers see the tables
 * before or after, as with a publish, and `kith_published` tells them.
 *
 * @param shown the run that the tables are of
 * @param patience `hasTexts`: whether ids are texts
 * @throws EngineError naming who has the tables open for too long; nothing is changed then
 */
export async function eraseUser(
  database: Database,
  userId: UserId,
  shown: Omit<PublishedRun, 'rows'>,
  { hasTexts, ...patience }: Omit<AtOnce, 'prepare' | 'others'> & { hasTexts: boolean },
): Promise<RowCounts> {
  const found = await countShownOf(database, userId);
  const texts = hasTexts ? await database.query<{ found: number }>('sql/ids/count-shown.sql', [userId]) : [];
  if (found.closest + found.recommendations + found.reasons + (texts[0]?.found ?? 0) === 0) return found;
  let deleted = found;
  let left = found;
  await atOnce(
    database,
    {
      ...patience,
      prepare: async (client) => {
        const ofList = await queryOn<{ closest: number; users: unknown }>(client, 'sql/forget/delete-connections.sql', [
          userId,
        ]);
        const recommended = await queryOn<Omit<Deleted, 'closest'> & { users: unknown }>(
          client,
          'sql/forget/delete-recommendations.sql',
          [userId],
        );
        await queryOn(client, 'sql/forget/rank-connections.sql', [ofList[0]?.users]);
        await queryOn(client, 'sql/forget/rank-recommendations.sql', [recommended[0]?.users]);
        if (hasTexts) await queryOn(client, 'sql/ids/forget-shown.sql', [userId]);
        const { recommendations = 0, reasons = 0 } = recommended[0] ?? {};
        deleted = { closest: ofList[0]?.closest ?? 0, recommendations, reasons };
        const counts = [shown.id, deleted.closest, recommendations, reasons];
        [left = deleted] = await queryOn<RowCounts & Record<string, number>>(
          client,
          'sql/forget/count-rows.sql',
          counts,
        );
      },
    },
    (client) => showRun(client, { ...shown, rows: left }),
  );
  return deleted;
}
