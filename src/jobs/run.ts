import type { Settings } from '../config/settings.ts';
import { BadInputError, InterruptedError, messageOf } from '../errors.ts';
import type { Database } from '../export/database.ts';
import { withNetworkLock } from './network-lock.ts';
import { performStep } from './perform-step.ts';
import { pipeline } from './pipeline.ts';
import type { RunContext, RunSummary } from './run-context.ts';
import type { PlannedRun } from './run-options.ts';
import type { Run } from './run-settings.ts';
import { beginRun, failRun, newRunId } from './runs.ts';
import type { Report, Step } from './step.ts';
import { withDatabase } from './with-database.ts';

/** Does the steps in an order that their needs allow, showing how far each is. */
export type Conductor = (steps: readonly Step[], work: (step: Step, report: Report) => Promise<void>) => Promise<void>;

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
  return withDatabase(settings, signal, (database) =>
    withNetworkLock(database, (lost) =>
      conductRun(settings, planned, input, newRun(settings, planned), database, conduct, [signal, lost]),
    ),
  );
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
): Promise<FinishedRun> {
  await beginRun(database, run, input);
  const failed = new AbortController();
  const signal = AbortSignal.any([...stops, failed.signal]);
  const summary: RunSummary = { seconds: {} };
  const context: RunContext = { settings, run, input, ...planned, database: database.until(signal), signal, summary };
  let cause: unknown;
  const begun: Promise<void>[] = [];
  const work = async (step: Step, report: Report) => {
    try {
      if (!(await performStep(context, step, report))) throw new Error(`${step.name} of ${run.id} was not to be done`);
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
    return { run, summary };
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
