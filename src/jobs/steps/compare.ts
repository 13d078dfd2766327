import { changesOf } from '../../export/changes.ts';
import { forgetEarlier } from '../../export/leftovers.ts';
import { checkNext } from '../../export/publish.ts';
import { publishedTables } from '../../export/published-tables.ts';
import type { Report } from '../../progress.ts';
import { stepsOf } from '../attempt.ts';
import { engines } from '../computing/engine-by-name.ts';
import { judgeAge, judgeAsOf } from '../judge-as-of.ts';
import type { RunContext } from '../run-context.ts';
import { summaryOf } from '../run-summary.ts';
import { lastPublished } from '../runs.ts';
import { checkedRun, takeChecks } from './publish.ts';

/** Checks the run's next tables as publish would, finds what they would change, and removes them. */
export async function compare(context: RunContext, report: Report): Promise<void> {
  const { database, run, summary } = context;
  await judgeAsOf(context);
  await judgeAge(context);
  const onProgress = (doing: string) => report({ doing });
  await engines[run.engine].withPopulation(context, async (population) => {
    const { next, rows } = await checkNext(population, database, checkedRun(context), {
      onProgress,
      onChecked: (checks) => takeChecks(context, checks),
    });
    summary.rows = rows;
    onProgress('comparing with what is published');
    const published = await lastPublished(database);
    const before = published && summaryOf(await stepsOf(database, published.id));
    summary.changes = { ...(await changesOf(database, next)), droppedBefore: before?.dropped };
  });
  await forgetEarlier(database, run.id, publishedTables, onProgress);
}
