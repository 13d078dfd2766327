import type { Settings } from '../config/settings.ts';
import { lastPublished } from '../jobs/runs.ts';
import { withDatabase } from '../jobs/with-database.ts';
import { queryOn } from '../postgres/database.ts';
import type { UserId } from '../user-id.ts';
import type { RecommendationView, UserView, Weighted } from './show-user.ts';

/**
 * A user as the published tables have them, if Spark has computed those: there is no graph of the run then, which would
 * know flags, scores, and who was dropped. Undefined if Neo4j has, or nothing was published yet.
 */
export async function showPublished(
  settings: Settings,
  userId: UserId,
  signal: AbortSignal,
): Promise<UserView | undefined> {
  return withDatabase(settings, signal, async (database) => {
    const run = await lastPublished(database);
    if (run?.engine !== 'spark') return undefined;
    // All of one run, even if another is published meanwhile.
    return database.transaction(async (client) => {
      const closest = await queryOn<UserView['closest'][number]>(client, 'sql/show/closest-connections.sql', [userId]);
      const recommended = await queryOn<Omit<RecommendationView, 'reasons'>>(client, 'sql/show/recommendations.sql', [
        userId,
      ]);
      const reasons = await queryOn<Weighted & { recId: UserId; source: string }>(client, 'sql/show/reasons.sql', [
        userId,
      ]);
      const { id, asOf, startedAt, settings: ofRun } = run;
      return {
        userId,
        run: { id, asOf, startedAt, settings: ofRun },
        closest,
        recommendations: recommended.map((one) => ({
          ...one,
          reasons: reasons
            .filter(({ recId }) => recId === one.userId)
            .map(({ userId, weight, source }) => ({ userId, weight, source })),
        })),
      };
    });
  });
}
