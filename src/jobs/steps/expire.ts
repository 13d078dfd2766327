import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expireActivities, horizonOf } from '../../graph/expire.ts';
import { graphSize } from '../../graph/schema.ts';
import { Accepted } from '../../ingest/accepted.ts';
import type { Report } from '../../progress.ts';
import { type RunContext, runFolder, withGraph } from '../run-context.ts';

/**
 * Removes activities from the graph that are older than the retention before the highest as-of published, but none that
 * the run just shown counts: its weights can be explained as long as it is shown.
 */
export async function expire(context: RunContext, report: Report): Promise<void> {
  const { database, settings, run, summary } = context;
  const [row] = await database.query<{ as_of: Date | null }>('sql/runs/highest-as-of.sql');
  if (!row?.as_of) return;
  const tooOld = row.as_of.getTime() / 1000 - settings.retention.seconds;
  const horizon = Math.min(tooOld, run.asOf - run.settings.ranking.windowSeconds);
  const accepted = new Accepted(settings);
  const size = await withGraph(context, async (graph) => {
    // Before the graph's is raised: a graph that is made again must not claim what it lacks.
    const highest = Math.max(horizon, (await horizonOf(graph)) ?? horizon, accepted.known()?.horizon ?? horizon);
    accepted.remember({ horizon: highest });
    summary.removed = await expireActivities(graph, horizon, (done, total, count) =>
      report({ doing: 'removing', share: done / total, count, unit: 'activities' }),
    );
    return graphSize(graph);
  });
  report({ doing: 'letting go of kept rows' });
  const workDir = join(runFolder(settings, run.id), 'expire');
  try {
    const { token } = context.attempt;
    await accepted.shrink(size.users + size.activities, token, run.id, workDir, context.signal);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
