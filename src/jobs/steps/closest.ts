import { forgetEarlier } from '../../export/leftovers.ts';
import { writeClosest } from '../../export/write-tables.ts';
import { countSuspended } from '../../graph/closest.ts';
import { findComputing } from '../../graph/compiled.ts';
import { judgeSums } from '../../graph/judge-sums.ts';
import { ensureSchema, graphSize } from '../../graph/schema.ts';
import { applyWords } from '../../graph/words.ts';
import type { Report } from '../../progress.ts';
import { forgetOthers, makeCarried } from '../../scoring/ranking/carried.ts';
import { readHorizon, refuseExpired } from '../horizon.ts';
import { wordsOf } from '../run.ts';
import { type RunContext, withGraph, writtenRun } from '../run-context.ts';

/**
 * Computes everybody's closest connections as of the run: lists in the graph, and the next table in Postgres; and in the
 * graph whatever else the run's ranking recommends by.
 */
export async function closest(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  // A late run can't raise the horizon any more once the graph is closed to it; ingest may have been called by itself.
  refuseExpired(run, await readHorizon(context));
  await forgetEarlier(database, run.id, ['closest_connections'], (doing) => report({ doing }));
  await withGraph(context, async (graph) => {
    await ensureSchema(graph);
    judgeSums(run.settings.weighting, (await graphSize(graph)).activities);
    const written = writtenRun(context);
    const { wanted } = written;
    await forgetOthers(graph, wanted.ranking);
    report({ doing: 'applying what ends or forbids' });
    await applyWords(graph, wordsOf(wanted));
    const computing = await findComputing(graph, settings);
    summary.computing = computing;
    const options = { sessions: settings.sessions, computing };
    const meanwhile = async () => {
      await makeCarried(graph, wanted, {
        ...options,
        onProgress: (done, total) => report({ doing: 'computing the lists of vias', share: done / total }),
      });
      const suspended = await countSuspended(graph, run.asOf, run.settings.weighting);
      summary.dropped = { ...summary.dropped, suspended };
    };
    const onProgress = (done: number, total: number, count: number) =>
      report({ doing: 'computing', share: done / total, count, unit: 'rows' });
    summary.closest = await writeClosest(graph, database, written, { ...options, onProgress }, meanwhile);
  });
}
