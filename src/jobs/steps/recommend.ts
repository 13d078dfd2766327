import { forgetEarlier } from '../../export/leftovers.ts';
import { writeRecommendations } from '../../export/write-tables.ts';
import { applyWords } from '../../graph/words.ts';
import type { Report } from '../../progress.ts';
import { findRecommending } from '../../scoring/ranking/recommend.ts';
import { wordsOf } from '../run.ts';
import { type RunContext, withGraph, writtenRun } from '../run-context.ts';

/** Computes everybody's recommendations and writes the next tables of them and their reasons. */
export async function recommendStep(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  await forgetEarlier(database, run.id, ['recommendations', 'rec_reasons'], (doing) => report({ doing }));
  const { dropped, recommendations, reasons } = await withGraph(context, async (graph) => {
    const written = writtenRun(context);
    // A folder may have been loaded since.
    await applyWords(graph, wordsOf(written.wanted));
    const computing = await findRecommending(graph, settings, written.wanted);
    summary.computing = computing;
    return writeRecommendations(graph, database, written, {
      ...{ sessions: settings.sessions, computing },
      onProgress: (done, total, count) => report({ doing: 'computing', share: done / total, count, unit: 'rows' }),
    });
  });
  summary.dropped = { ...summary.dropped, ...dropped };
  summary.recommended = recommendations + reasons;
}
