import { forgetEarlier } from '../../export/leftovers.ts';
import { writeClosest } from '../../export/write-tables.ts';
import { countSuspended } from '../../graph/closest.ts';
import { ensureSchema } from '../../graph/schema.ts';
import { type RunContext, withGraph } from '../run-context.ts';
import type { Report } from '../step.ts';
import { draw } from './draw.ts';
import { estimate } from './estimate.ts';
import { writtenRun } from './written-run.ts';

/** Computes everybody's closest connections as of the run: lists in the graph, and the next table in Postgres. */
export async function closest(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  // Void while it is being written: a step called alone must not build on half of it.
  await database.query('sql/runs/set-closest.sql', [null]);
  await forgetEarlier(database, run.id, ['closest_connections'], report);
  await withGraph(context, async (graph) => {
    await ensureSchema(graph);
    summary.closest = await writeClosest(graph, database, writtenRun(context), {
      sessions: settings.sessions,
      onProgress: estimate(report, 'ranges of 5,000 users'),
    });
    const suspended = await countSuspended(graph, run.asOf, run.settings.ranking);
    summary.dropped = { ...summary.dropped, suspended };
  });
  await database.query('sql/runs/set-closest.sql', [run.id]);
  // In a run the edges follow after the publish, so that nobody waits for them.
  if (!context.attempt) await draw(context, (text) => report(`CLOSEST_TO: ${text}`));
}
