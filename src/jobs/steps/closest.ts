import { stageClosest } from '../../export/stage.ts';
import { countSuspended } from '../../graph/closest.ts';
import { ensureSchema } from '../../graph/schema.ts';
import { readHorizon, refuseExpired } from '../horizon.ts';
import { type RunContext, withGraph } from '../run-context.ts';
import type { Report } from '../step-name.ts';
import { estimate } from './estimate.ts';

/** Computes everybody's closest connections as of the run: lists in the graph, and rows staged in Postgres. */
export async function closest(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  const { ranking } = run.settings;
  // A late run can't raise the horizon any more once the graph is closed to it; ingest may have been called by itself.
  refuseExpired(run, await readHorizon(context));
  await withGraph(context, async (graph) => {
    await ensureSchema(graph);
    summary.closest = await stageClosest(graph, database, run.asOf, ranking, {
      sessions: settings.sessions,
      onProgress: estimate(report, 'ranges of 5,000 users'),
    });
    const suspended = await countSuspended(graph, run.asOf, ranking);
    summary.dropped = { ...summary.dropped, suspended };
  });
}
