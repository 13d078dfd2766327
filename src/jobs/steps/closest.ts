import { forgetEarlier } from '../../export/leftovers.ts';
import { writeClosest } from '../../export/write-tables.ts';
import { countSuspended } from '../../graph/closest.ts';
import { findComputing } from '../../graph/compiled.ts';
import { ensureSchema } from '../../graph/schema.ts';
import type { Report } from '../../progress.ts';
import { readHorizon, refuseExpired } from '../horizon.ts';
import { type RunContext, withGraph, writtenRun } from '../run-context.ts';

/** Computes everybody's closest connections as of the run: lists in the graph, and the next table in Postgres. */
export async function closest(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  // A late run can't raise the horizon any more once the graph is closed to it; ingest may have been called by itself.
  refuseExpired(run, await readHorizon(context));
  await forgetEarlier(database, run.id, ['closest_connections'], (doing) => report({ doing }));
  await withGraph(context, async (graph) => {
    await ensureSchema(graph);
    const computing = await findComputing(graph, settings);
    summary.computing = computing;
    summary.closest = await writeClosest(graph, database, writtenRun(context), {
      ...{ sessions: settings.sessions, computing },
      onProgress: (done, total, count) => report({ doing: 'computing', share: done / total, count, unit: 'rows' }),
    });
    const suspended = await countSuspended(graph, run.asOf, run.settings.weighting);
    summary.dropped = { ...summary.dropped, suspended };
  });
}
