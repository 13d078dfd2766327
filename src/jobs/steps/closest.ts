import { computeClosest } from '../../graph/closest.ts';
import { ensureSchema } from '../../graph/schema.ts';
import { type RunContext, withGraph } from '../run-context.ts';
import type { Report } from '../step.ts';
import { estimate } from './estimate.ts';

/** Makes CLOSEST_TO in the graph what it is as of the run. */
export async function closest(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  // Void while it is being written: a step called alone must not build on half of it.
  await database.query('sql/runs/set-closest.sql', [null]);
  const { suspendedDropped, ...changes } = await withGraph(context, async (graph) => {
    await ensureSchema(graph);
    return computeClosest(graph, run.asOf, run.settings.ranking, {
      sessions: settings.sessions,
      onProgress: estimate(report, 'ranges of 5,000 users'),
    });
  });
  summary.closest = changes;
  summary.dropped = { ...summary.dropped, suspended: suspendedDropped };
  await database.query('sql/runs/set-closest.sql', [run.id]);
}
