import { forgetEarlier } from '../../export/leftovers.ts';
import { writeRecommendations } from '../../export/write-tables.ts';
import { findComputing } from '../../graph/compiled.ts';
import type { Report } from '../../progress.ts';
import { type RunContext, withGraph, writtenRun } from '../run-context.ts';

/** Computes everybody's recommendations and writes the next tables of them and their reasons. */
export async function recommendStep(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  await forgetEarlier(database, run.id, ['recommendations', 'rec_reasons'], (doing) => report({ doing }));
  const { dropped, recommendations, reasons } = await withGraph(context, async (graph) => {
    const computing = await findComputing(graph, settings);
    summary.computing = computing;
    const filter = {
      filtered: run.settings.reputation === 'list',
      minReputation: run.settings.weighting.minReputation,
    };
    return writeRecommendations(graph, database, writtenRun(context), filter, {
      ...{ sessions: settings.sessions, computing },
      onProgress: (done, total, count) => report({ doing: 'computing', share: done / total, count, unit: 'rows' }),
    });
  });
  summary.dropped = { ...summary.dropped, ...dropped };
  summary.recommended = recommendations + reasons;
}
