import { stageRecommendations } from '../../export/stage.ts';
import { type RunContext, withGraph } from '../run-context.ts';
import type { Report } from '../step-name.ts';
import { estimate } from './estimate.ts';

/** Computes everybody's recommendations and stages them in Postgres with their reasons. */
export async function recommendStep(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  const { dropped, recommendations, reasons } = await withGraph(context, (graph) =>
    stageRecommendations(
      graph,
      database,
      run.asOf,
      run.settings.ranking,
      { filtered: run.settings.reputation === 'list', minReputation: run.settings.ranking.minReputation },
      { sessions: settings.sessions, onProgress: estimate(report, 'ranges of 25,000 users') },
    ),
  );
  summary.dropped = { ...summary.dropped, ...dropped };
  summary.recommended = recommendations + reasons;
}
