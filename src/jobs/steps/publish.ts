import type { CheckedRun, CheckOutcome } from '../../export/checks.ts';
import type { NextRun } from '../../export/next-table.ts';
import { publish } from '../../export/publish.ts';
import { queryOn } from '../../postgres/database.ts';
import type { Report } from '../../progress.ts';
import { rankings } from '../../scoring/ranking/rankings.ts';
import { engines } from '../computing/engine-by-name.ts';
import { judgeAge, judgeAsOf } from '../judge-as-of.ts';
import { type RunContext, writtenRun } from '../run-context.ts';
import { waive } from '../waivers.ts';

/** Checks the run's next tables, and shows all three at once. */
export async function publishStep(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  await judgeAsOf(context);
  await judgeAge(context);
  await engines[run.engine].withPopulation(context, async (population) => {
    const { rows } = await publish(population, database, checkedRun(context), {
      scoring: {
        filtered: run.settings.reputation === 'list',
        model: run.scores?.kind === 'model' ? run.scores.place : undefined,
      },
      patienceSeconds: settings.publishPatienceSeconds,
      onProgress: (doing) => report({ doing }),
      onChecked: (checks) => takeChecks(context, checks),
      record: async (client, rows) => {
        const shown = JSON.stringify({ ...summary, rows });
        await queryOn(client, 'sql/runs/publish.sql', [
          run.id,
          shown,
          rows.closest,
          rows.recommendations,
          rows.reasons,
        ]);
        const { runId, step, token } = context.attempt;
        const all = rows.closest + rows.recommendations + rows.reasons;
        await queryOn(client, 'sql/steps/finish.sql', [runId, step, token, all, shown]);
      },
    });
    summary.rows = rows;
  });
}

/** The run as what checks its tables knows it. */
export function checkedRun(context: RunContext): CheckedRun & NextRun {
  const { run, settings } = context;
  return {
    ...run,
    ...writtenRun(context),
    ranking: rankings[run.settings.ranking],
    maxRowChangePercent: settings.maxRowChangePercent,
    mayShrink: run.allowed.includes('shrink'),
  };
}

/** Keeps the outcomes of the checks, and what was allowed, for the run's summary. */
export function takeChecks(context: RunContext, checks: readonly CheckOutcome[]): void {
  context.summary.checks = [...checks];
  if (checks.some(({ outcome }) => outcome === 'waived')) waive(context, 'shrink', '');
}
