import { queryOn } from '../../export/database.ts';
import { publish } from '../../export/publish.ts';
import { stageClosest } from '../../export/stage.ts';
import { type RunContext, withGraph } from '../run-context.ts';
import type { Report } from '../step.ts';
import { estimate } from './estimate.ts';

/** Stages the closest connections beside the recommendations, merges, checks, and shows all three tables at once. */
export async function publishStep(context: RunContext, report: Report): Promise<void> {
  const { database, run, settings, summary } = context;
  await withGraph(context, async (graph) => {
    report('staging closest connections');
    await stageClosest(graph, database, run.settings.ranking, {
      sessions: settings.sessions,
      onProgress: estimate((text) => report(`staging closest connections: ${text}`), 'ranges of 20,000 users'),
    });
    await publish(
      graph,
      database,
      { ...run, maxRowChangePercent: settings.maxRowChangePercent },
      {
        patienceSeconds: settings.publishPatienceSeconds,
        onProgress: report,
        onChecked: (checks) => {
          summary.checks = [...checks];
        },
        record: async (client, rows) => {
          summary.rows = rows;
          await queryOn(client, 'sql/runs/publish.sql', [
            run.id,
            JSON.stringify(summary),
            rows.closest,
            rows.recommendations,
            rows.reasons,
          ]);
          if (context.attempt) {
            const { runId, step, token } = context.attempt;
            const all = rows.closest + rows.recommendations + rows.reasons;
            await queryOn(client, 'sql/steps/finish.sql', [runId, step, token, all, JSON.stringify(summary)]);
          }
        },
      },
    );
  });
}
