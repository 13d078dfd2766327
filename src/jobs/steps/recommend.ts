import { forgetEarlier } from '../../export/leftovers.ts';
import { writeRecommendations } from '../../export/write-tables.ts';
import { type RunContext, withGraph } from '../run-context.ts';
import type { Report } from '../step-name.ts';
import { estimate } from './estimate.ts';
import { writtenRun } from './written-run.ts';

/** Computes everybody's recommendations and writes the next tables of them and their reasons. */
export async function recommendStep(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  await forgetEarlier(database, run.id, ['recommendations', 'rec_reasons'], report);
  const { dropped, recommendations, reasons } = await withGraph(context, (graph) =>
    writeRecommendations(
      graph,
      database,
      writtenRun(context),
      { filtered: run.settings.reputation === 'list', minReputation: run.settings.ranking.minReputation },
      { sessions: settings.sessions, onProgress: estimate(report, 'ranges of 25,000 users') },
    ),
  );
  summary.dropped = { ...summary.dropped, ...dropped };
  summary.recommended = recommendations + reasons;
}
