import { expireActivities, horizonOf, refuseManyExpired, refuseShare } from '../../graph/expire.ts';
import { Accepted } from '../../ingest/accepted.ts';
import { isoSeconds } from '../../ingest/instant.ts';
import type { Report } from '../../progress.ts';
import { reachOf } from '../horizon.ts';
import { withKeptRows } from '../kept-rows.ts';
import { workFolder } from '../make-room.ts';
import { type RunContext, withGraph } from '../run-context.ts';

/**
 * Lets activities go that are older than the retention before the run's as-of, but none that the run counts: its
 * weights can be explained as long as it is shown. After a publish that something spoke against, such as an as-of long
 * after the newest activity, nothing is removed.
 */
export async function expire(context: RunContext, report: Report): Promise<void> {
  const { settings, run, summary } = context;
  if (summary.waived) return;
  // A worker's retention may be shorter than a run needs that was queued elsewhere.
  const kept = Math.max(settings.retention.seconds, reachOf(run.settings));
  const horizon = run.asOf - kept;
  await (run.engine === 'spark' ? expireKept : expireInGraph)(context, horizon, report);
}

async function expireInGraph(context: RunContext, horizon: number, report: Report): Promise<void> {
  const { settings, summary } = context;
  const accepted = new Accepted(settings);
  await withGraph(context, async (graph) => {
    await refuseManyExpired(graph, horizon, settings.maxExpiredPercent);
    // Before the graph's is raised: a graph that is made again must not claim what it lacks.
    const highest = Math.max(horizon, (await horizonOf(graph)) ?? horizon, accepted.known()?.horizon ?? horizon);
    await withKeptRows(context, async () => accepted.remember({ horizon: highest }));
    report({ doing: `removing what is older than ${isoSeconds(horizon)}; a longer KITH_RETENTION_DAYS keeps it` });
    summary.removed = await expireActivities(graph, horizon, (done, total, count) =>
      report({ doing: 'removing', share: done / total, count, unit: 'activities' }),
    );
  });
}

/** On Spark the kept rows are all there is: nothing reads what the horizon has passed, and {@link compact} removes it. */
async function expireKept(context: RunContext, horizon: number, report: Report): Promise<void> {
  const { settings, summary, attempt, signal } = context;
  const accepted = new Accepted(settings);
  report({ doing: `counting what is older than ${isoSeconds(horizon)}` });
  const { expired, activities } = await accepted.countExpired(horizon, workFolder(settings, attempt), signal);
  refuseShare(expired, activities, settings.maxExpiredPercent);
  await withKeptRows(context, async () => {
    const before = accepted.known()?.horizon ?? horizon;
    accepted.remember({ horizon: Math.max(horizon, before) });
  });
  summary.removed = expired;
}
