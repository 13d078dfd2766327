import { forgetEarlier } from '../../export/leftovers.ts';
import type { Report } from '../../progress.ts';
import { engines } from '../computing/engine-by-name.ts';
import type { RunContext } from '../run-context.ts';

/** Computes everybody's recommendations and writes the next tables of them and their reasons. */
export async function recommendStep(context: RunContext, report: Report): Promise<void> {
  const { database, run, summary } = context;
  await forgetEarlier(database, run.id, ['recommendations', 'rec_reasons'], (doing) => report({ doing }));
  const { dropped, recommendations, reasons } = await engines[run.engine].recommend(context, report);
  summary.dropped = { ...summary.dropped, ...dropped };
  summary.recommended = recommendations + reasons;
}
