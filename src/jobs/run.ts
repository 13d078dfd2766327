import type { Settings } from '../config/settings.ts';
import { BadInputError, InterruptedError, messageOf } from '../errors.ts';
import { refuseObstacles } from '../export/obstacles.ts';
import type { Database } from '../postgres/database.ts';
import { workAfterPublish } from './after-publish.ts';
import type { Attempt } from './attempt.ts';
import { withNetworkLock } from './network-lock.ts';
import { performStep } from './perform-step.ts';
import { pipeline } from './pipeline.ts';
import type { RunContext, RunSummary } from './run-context.ts';
import type { PlannedRun } from './run-options.ts';
import type { Run } from './run-settings.ts';
import { beginRun, failRun, newRunId } from './runs.ts';
import type { Conductor, Report, Step } from './step.ts';
import { withDatabase } from './with-database.ts';

export interface FinishedRun {
  run: Run;
  summary: RunSummary;
}

/**
 * One whole run: every step of the pipeline, from the folder to the published tables.
 *
 * @throws KithError by kind (bad input, failed checks, engines, another run, interrupted); yesterday's tables stay then
 */
export async function runOnce(
  settings: Settings,
  planned: PlannedRun,
  input: string,
  conduct: Conductor,
  signal: AbortSignal,
): Promise<FinishedRun> {
  // Begun under the lock, so that runs start in the order in which they are published: the tables show the last one.
  return withDatabase(settings, signal, async (database) => {
    await refuseObstacles(database);
    const { context, attempt } = await withNetworkLock(database, (lost) =>
      conductRun(settings, planned, input, newRun(settings, planned), database, conduct, [signal, lost]),
    );
    // The next run need not wait for this.
    await workAfterPublish({ ...context, attempt, database, signal }, conduct);
    return { run: context.run, summary: context.summary };
  });
}

/** @throws BadInputError if nothing says as of when */
export function newRun(settings: Settings, planned: PlannedRun): Run {
  if (planned.asOf === undefined)
    throw new BadInputError(
      `${planned.folder ? `${planned.folder.location} is not named by a date (YYYYMMDD)` : 'There is no folder'}: ` +
        'give --as-of, such as --as-of 2012-07-08T00:00:00Z.',
    );
  const start = new Date();
  return {
    id: newRunId(planned.asOf, start),
    asOf: planned.asOf,
    startedAt: start.toISOString(),
    settings: { ranking: settings.ranking, reputation: planned.scores ? 'list' : 'none' },
  };
}

async function conductRun(
  settings: Settings,
  planned: PlannedRun,
  input: string,
  run: Run,
  database: Database,
  conduct: Conductor,
  stops: AbortSignal[],
): Promise<{ context: RunContext; attempt: Attempt | undefined }> {
  await beginRun(database, run, input);
  const failed = new AbortController();
  const signal = AbortSignal.any([...stops, failed.signal]);
  const summary: RunSummary = { seconds: {} };
  const context: RunContext = { settings, run, input, ...planned, database: database.until(signal), signal, summary };
  let cause: unknown;
  let attempt: Attempt | undefined;
  const begun: Promise<void>[] = [];
  const work = async (step: Step, report: Report) => {
    try {
      const isDone = await performStep(context, step, report, (latest) => {
        attempt = latest;
      });
      if (!isDone) throw new Error(`${step.name} of ${run.id} was not to be done`);
    } catch (error) {
      // The first error is the reason; the others only say that they were stopped because of it.
      cause ??= error;
      failed.abort();
      throw error;
    }
  };
  try {
    await conduct(pipeline, (step, report) => {
      const working = work(step, report);
      begun.push(working);
      return working;
    });
    await database.query('sql/runs/summarize.sql', [run.id, JSON.stringify(summary)]);
    return { context, attempt };
  } catch (error) {
    // The lock is let go after this: nothing of the run may still be at work then.
    await Promise.allSettled(begun);
    const reason = lossOf(stops) ?? cause ?? error;
    await failRun(database, run.id, messageOf(reason), summary).catch(() => undefined);
    throw reason;
  }
}

/** Why the run was stopped from outside: Ctrl-C, or the lost connection. */
function lossOf(stops: AbortSignal[]): unknown {
  const stopped = stops.find((stop) => stop.aborted);
  if (!stopped) return undefined;
  return stopped.reason instanceof Error && stopped.reason.name !== 'AbortError'
    ? stopped.reason
    : new InterruptedError("Stopped; yesterday's tables stay as they were.");
}
