import { expireActivities } from '../../graph/expire.ts';
import type { Report } from '../../progress.ts';
import { type RunContext, withGraph } from '../run-context.ts';

/**
 * Removes activities from the graph that are older than the retention before the run's as-of, but none that the run
 * counts: its weights can be explained as long as it is shown. After a publish that something spoke against, such as an
 * as-of long after the newest activity, nothing is removed.
 */
export async function expire(context: RunContext, report: Report): Promise<void> {
  const { settings, run, summary } = context;
  if (summary.waived) return;
  // A worker's retention may be shorter than the window of a run that was queued elsewhere.
  const kept = Math.max(settings.retention.seconds, run.settings.ranking.windowSeconds);
  summary.removed = await withGraph(context, (graph) =>
    expireActivities(graph, run.asOf - kept, settings.maxExpiredPercent, (done, total, count) =>
      report({ doing: 'removing', share: done / total, count, unit: 'activities' }),
    ),
  );
}
