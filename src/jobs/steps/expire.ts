import { expireActivities } from '../../graph/expire.ts';
import type { Report } from '../../progress.ts';
import { type RunContext, withGraph } from '../run-context.ts';

/**
 * Removes activities from the graph that are older than the retention before the highest as-of published, but none that
 * the run just shown counts: its weights can be explained as long as it is shown. After a publish that something spoke
 * against, nothing is removed.
 */
export async function expire(context: RunContext, report: Report): Promise<void> {
  const { database, settings, run, summary } = context;
  if (summary.waived) return;
  const [row] = await database.query<{ as_of: Date | null }>('sql/runs/highest-as-of.sql');
  if (!row?.as_of) return;
  const tooOld = row.as_of.getTime() / 1000 - settings.retention.seconds;
  const horizon = Math.min(tooOld, run.asOf - run.settings.ranking.windowSeconds);
  summary.removed = await withGraph(context, (graph) =>
    expireActivities(graph, horizon, settings.maxExpiredPercent, (done, total, count) =>
      report({ doing: 'removing', share: done / total, count, unit: 'activities' }),
    ),
  );
}
