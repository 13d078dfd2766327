import type { Settings } from '../config/settings.ts';
import type { RunFacts } from '../jobs/run.ts';
import { withDatabase } from '../jobs/with-database.ts';
import { type Database, queryOn } from '../postgres/database.ts';
import { type ShownId, type UserId, userIdOf } from '../user-id.ts';
import type { RecommendationView, UserView, Weighted } from './show-user.ts';
import { findShown } from './shown-run.ts';

/**
 * A user as the published tables have them, if the graph has not what was published: what is shown is always of one
 * run. Flags, scores, and who was dropped are not known then. Undefined if the graph has them.
 *
 * @throws BadInputError if nothing was published yet
 */
export async function showPublished(
  settings: Settings,
  userId: UserId,
  signal: AbortSignal,
): Promise<UserView | undefined> {
  return withDatabase(settings, signal, async (database) => {
    const { run, isGraphOfRun, whyNot } = await findShown(database);
    return isGraphOfRun ? undefined : userInTables(database, run, userId, whyNot);
  });
}

/**
 * A user as the published tables have them.
 *
 * @param run that they are of
 * @param fromTables why they are asked, as a clause
 */
export async function userInTables(
  database: Database,
  run: RunFacts,
  userId: UserId,
  fromTables: string | undefined,
): Promise<UserView> {
  // All of one run, even if another is published meanwhile.
  return database.transaction(async (client) => {
    const closest = await queryOn<UserView['closest'][number]>(client, 'sql/show/closest-connections.sql', [userId]);
    const recommended = await queryOn<Omit<RecommendationView, 'reasons'>>(client, 'sql/show/recommendations.sql', [
      userId,
    ]);
    const reasons = await queryOn<Weighted & { recId: ShownId; source: string }>(client, 'sql/show/reasons.sql', [
      userId,
    ]);
    return {
      userId,
      run,
      fromTables,
      closest: closest.map(withId),
      recommendations: recommended.map((one) => ({
        ...withId(one),
        reasons: reasons
          .filter(({ recId }) => recId === one.userId)
          .map(({ userId, weight, source }) => withId({ userId, weight, source })),
      })),
    };
  });
}

/** Postgres gives a BIGINT as a text. */
function withId<T extends { userId: ShownId }>(row: T): T {
  return { ...row, userId: userIdOf(row.userId) };
}
