import { hostname } from 'node:os';
import { EngineError, messageOf, StaleAttemptError } from '../errors.ts';
import { type Database, queryOn, type StepFence } from '../postgres/database.ts';
import { withoutSecrets } from '../secrets.ts';
import type { RunSummary } from './run-context.ts';
import type { StepName } from './step.ts';

/** One go at a step: only the latest may write. */
export interface Attempt extends StepFence {
  step: StepName;
  /** Of which nothing earlier may write to the graph any more, see Fence. */
  closes: readonly string[];
  /** Of this step of the run, this one included. */
  attempts: number;
  /** How many of them ended with an error. */
  failures: number;
}

/** Where a step stands. */
export interface StepState {
  name: StepName;
  status: 'running' | 'waiting' | 'done' | 'failed';
  attempts: number;
  failures: number;
  worker: string | null;
  startedAt: string;
  finishedAt: string | null;
  retryAt: string | null;
  rows: number | null;
  error: string | null;
  summary: RunSummary;
}

/** Who works, for a person: host and process. */
export function workerName(): string {
  return `${hostname()}:${process.pid}`;
}

/**
 * Begins an attempt at a step; every earlier one can't write to Postgres from here on, and not to the graph once its fence is
 * raised.
 *
 * @returns undefined if the run is not under way, or the step is done
 */
export async function beginAttempt(
  database: Database,
  runId: string,
  step: StepName,
  closes: readonly string[],
): Promise<Attempt | undefined> {
  const worker = workerName();
  const begin = () =>
    database.transaction(async (client) => {
      await queryOn(client, 'sql/steps/limit-waiting.sql');
      return queryOn<{ token: string; attempts: number; failures: number }>(client, 'sql/steps/begin.sql', [
        runId,
        step,
        worker,
      ]);
    });
  const [row] = await begin().catch(async (error) => {
    if (!(error instanceof EngineError)) throw error;
    // Whoever holds the step's row for so long writes for an attempt that is void, stopped or lost.
    await database.query('sql/steps/end-writers.sql', [runId, step]);
    return begin();
  });
  return row && { runId, step, closes, token: BigInt(row.token), attempts: row.attempts, failures: row.failures };
}

/** @throws StaleAttemptError if a later attempt has begun */
export async function finishAttempt(
  database: Database,
  { runId, step, token }: Attempt,
  rows: number | undefined,
  summary: RunSummary,
): Promise<void> {
  const done = await database.query('sql/steps/finish.sql', [runId, step, token, rows, JSON.stringify(summary)]);
  if (done.length === 0) throw new StaleAttemptError(`Another attempt at ${step} has begun since.`);
}

/** Writes down why an attempt failed; false if a later one has begun, or the run is over. */
export async function failAttempt(
  database: Database,
  { runId, step, token }: Attempt,
  error: unknown,
  retryAt: Date | undefined,
  summary: RunSummary,
): Promise<boolean> {
  const why = withoutSecrets(messageOf(error));
  const values = [runId, step, token, why, retryAt?.toISOString(), JSON.stringify(summary)];
  return (await database.query('sql/steps/fail.sql', values)).length > 0;
}

/**
 * Writes down that an attempt ended without an error of its own: its worker was stopped, an engine died, or something it needs is in use.
 *
 * @param isCounted whether it counts as an attempt
 * @returns false if a later one has begun, or the run is over
 */
export async function releaseAttempt(
  database: Database,
  { runId, step, token }: Attempt,
  why: string | undefined,
  retryAt: Date,
  isCounted: boolean,
): Promise<boolean> {
  const values = [runId, step, token, why && withoutSecrets(why), retryAt.toISOString(), isCounted];
  return (await database.query('sql/steps/release.sql', values)).length > 0;
}

/** Where the steps of a run stand, those that were begun. */
export async function stepsOf(database: Database, runId: string): Promise<StepState[]> {
  return (await stepsOfRuns(database, [runId])).get(runId) ?? [];
}

/** The same of several runs, by run; one of which no step was begun is not there. */
export async function stepsOfRuns(database: Database, runIds: readonly string[]): Promise<Map<string, StepState[]>> {
  const rows = await database.query<StepRow>('sql/steps/of-runs.sql', [runIds]);
  const iso = (date: Date | null) => date?.toISOString() ?? null;
  const states = new Map<string, StepState[]>();
  for (const row of rows) {
    const state: StepState = {
      name: row.step,
      status: row.status,
      attempts: row.attempts,
      failures: row.failures,
      worker: row.worker,
      startedAt: row.started_at.toISOString(),
      finishedAt: iso(row.finished_at),
      retryAt: iso(row.retry_at),
      rows: row.rows,
      error: row.error,
      summary: row.summary,
    };
    const known = states.get(row.run_id);
    if (known) known.push(state);
    else states.set(row.run_id, [state]);
  }
  return states;
}

interface StepRow {
  run_id: string;
  step: StepName;
  status: StepState['status'];
  attempts: number;
  failures: number;
  worker: string | null;
  started_at: Date;
  finished_at: Date | null;
  retry_at: Date | null;
  rows: number | null;
  error: string | null;
  summary: RunSummary;
}
