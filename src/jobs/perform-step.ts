import { type Attempt, beginAttempt, finishAttempt } from './attempt.ts';
import { everyWriter } from './fence-by-hand.ts';
import { pipeline } from './pipeline.ts';
import type { RunContext, RunSummary } from './run-context.ts';
import type { Report, Step, StepName } from './step.ts';

/**
 * One attempt at a step of a run: nothing that it writes takes effect once a later attempt has begun, and its row says that it is
 * done only after its effect.
 *
 * @param onBegun gets the attempt before anything is done
 * @returns false if there was nothing to do: the step is done, or the run is not under way
 * @throws StaleAttemptError if a later attempt has begun; else what the step throws, the attempt being still under way
 */
export async function performStep(
  context: RunContext,
  step: Step,
  report: Report,
  onBegun?: (attempt: Attempt) => void,
): Promise<boolean> {
  const { database, run, summary } = context;
  // The first step of a run closes the graph to everything that went before.
  const closes = step.needs.length === 0 ? everyWriter : [step.name];
  const attempt = await beginAttempt(database, run.id, step.name, closes);
  if (!attempt) return false;
  onBegun?.(attempt);
  const started = performance.now();
  await step.work({ ...context, attempt, database: database.fenced(attempt) }, report);
  summary.seconds = { ...summary.seconds, [step.name]: (performance.now() - started) / 1000 };
  // Publish writes its row in the transaction that shows its tables.
  if (step.name !== 'publish') await finishAttempt(database, attempt, rowsOf(step, summary), summary);
  return true;
}

/** What a step dealt with, for a person. */
export function rowsOf({ name }: Step, summary: RunSummary): number | undefined {
  switch (name) {
    case 'ingest':
      return summary.files?.reduce((sum, { parsed }) => sum + parsed, 0);
    case 'closest':
      return summary.graph?.users;
    case 'reputation':
      return summary.reputation === 'none' ? 0 : summary.reputation?.scored;
    case 'recommend':
      return summary.recommended;
    case 'publish':
      return summary.rows && summary.rows.closest + summary.rows.recommendations + summary.rows.reasons;
  }
}

/** What steps came to that were done in different processes, perhaps side by side: in the pipeline's order, later figures win. */
export function summaryOf(steps: readonly { name: StepName; summary: RunSummary }[]): RunSummary {
  const merged: RunSummary = {};
  for (const { summary } of pipeline.flatMap(({ name }) => steps.filter((step) => step.name === name)))
    Object.assign(merged, summary, {
      dropped: { ...merged.dropped, ...summary.dropped },
      seconds: { ...merged.seconds, ...summary.seconds },
    });
  return merged;
}
