import { hostname } from 'node:os';
import { EngineError, messageOf, StaleAttemptError } from '../errors.ts';
import { type Database, queryOn, type StepFence } from '../postgres/database.ts';
import { withoutSecrets } from '../secrets.ts';
import type { RunSummary } from './run-summary.ts';
import type { StepName } from './step-name.ts';

/** One attempt at a step: only the latest may write. */
export interface Attempt extends StepFence {
  step: StepName;
  /** Steps for which nothing earlier may write to the graph any more, see Fence. */
  closes: readonly string[];
  /** Attempts at this step of the run, this one included. */
  attempts: number;
  /** How many of them ended with an error. */
  failures: number;
}

/** A row of kith.run_steps. */
export interface StepState {
  name: StepName;
  status: 'running' | 'waiting' | 'done' | 'failed';
  attempts: number;
  failures: number;
  worker: string | null;
  startedAt: string;
  finishedAt: string | null;
  retryAt: string | null;
  /** Milliseconds until it may be tried again. */
  retryIn: number;
  rows: number | null;
  error: string | null;
  summary: RunSummary;
}

/** Who does a step, for a person: host and process. */
export function workerName(): string {
  return `${hostname()}:${process.pid}`;
}

/**
 * Begins an attempt at a step. From here on no earlier attempt can write to Postgres, nor to the graph once its fence
 * is raised.
 *
 * @returns undefined if the run is not under way, or the step is done
 */
export async function beginAttempt(
  database: Database,
  runId: string,
  step: StepName,
  closes: readonly string[],
): Promise<Attempt | undefined> {
  const begin = () =>
    database.transaction(async (client) => {
      await queryOn(client, 'sql/steps/limit-waiting.sql');
      const values = [runId, step, workerName()];
      return queryOn<{ token: string; attempts: number; failures: number }>(client, 'sql/steps/begin.sql', values);
    });
  const [row] = await begin().catch(async (error) => {
    if (!(error instanceof EngineError)) throw error;
    // Whoever has held the step's row for so long writes for an attempt that is void, stopped or lost.
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

/**
 * Records that an attempt failed, and why.
 *
 * @param retryIn milliseconds until it is tried again; undefined is never
 * @returns false if a later attempt has begun, or the run is over
 */
export async function failAttempt(
  database: Database,
  { runId, step, token }: Attempt,
  error: unknown,
  retryIn: number | undefined,
  summary: RunSummary,
): Promise<boolean> {
  const values = [runId, step, token, withoutSecrets(messageOf(error)), retryIn, JSON.stringify(summary)];
  return (await database.query('sql/steps/fail.sql', values)).length > 0;
}

/**
 * Records that an attempt ended without an error of its own: its worker was stopped, an engine died, or something it
 * needs is in use.
 *
 * @param retryIn milliseconds until it is tried again
 * @param isCounted whether it counts as an attempt
 * @returns false if a later attempt has begun, or the run is over
 */
export async function releaseAttempt(
  database: Database,
  { runId, step, token }: Attempt,
  why: string | undefined,
  retryIn: number,
  isCounted: boolean,
): Promise<boolean> {
  const values = [runId, step, token, why && withoutSecrets(why), retryIn, isCounted];
  return (await database.query('sql/steps/release.sql', values)).length > 0;
}

/**
 * Records that a step could not even begin.
 *
 * @param retryIn milliseconds until it is tried again
 * @returns how many errors the step has had, this one included if it is one
 */
export async function couldNotBegin(
  database: Database,
  runId: string,
  step: StepName,
  why: string,
  retryIn: number,
  isError: boolean,
): Promise<number> {
  const values = [runId, step, workerName(), withoutSecrets(why), retryIn, isError];
  const [row] = await database.query<{ failures: number }>('sql/steps/wait.sql', values);
  return row?.failures ?? 1;
}

/** Whether no later attempt has begun, as far as Postgres knows. */
export async function isLatest(database: Database, attempt: Attempt): Promise<boolean> {
  return database
    .fenced(attempt)
    .transaction(async () => true)
    .catch((error) => {
      if (error instanceof StaleAttemptError) return false;
      throw error;
    });
}

/**
 * The graph knows a later attempt than Postgres does: Postgres was restored from a backup. Makes the next attempt later
 * than that one.
 *
 * @returns what to tell a person
 */
export async function moveTokensOn(database: Database, latest: bigint): Promise<EngineError> {
  await database.query('sql/steps/move-tokens.sql', [latest]);
  return new EngineError(
    'The graph knows later attempts than Postgres, which was probably restored from a backup; their numbers have been adjusted: run again.',
  );
}

/** Where the steps of a run stand; those that have not begun are absent. */
export async function stepsOf(database: Database, runId: string): Promise<StepState[]> {
  return (await stepsOfRuns(database, [runId])).get(runId) ?? [];
}

/** The same for several runs, by run; a run of which no step has begun is absent. */
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
      retryIn: row.retry_in,
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
  retry_in: number;
  rows: number | null;
  error: string | null;
  summary: RunSummary;
}
