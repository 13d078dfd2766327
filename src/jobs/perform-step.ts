import type pg from 'pg';
import type { Settings } from '../config/settings.ts';
import { explainFullDisk, refuseLackOfSpace } from '../engines/free-space.ts';
import {
  BadInputError,
  BusyError,
  ChecksFailedError,
  EngineError,
  EngineLostError,
  FolderChangedError,
  FolderMissingError,
  messageOf,
  StaleAttemptError,
} from '../errors.ts';
import type { Database } from '../postgres/database.ts';
import type { Report } from '../progress.ts';
import {
  type Attempt,
  beginAttempt,
  couldNotBegin,
  failAttempt,
  finishAttempt,
  isLatest,
  moveTokensOn,
  releaseAttempt,
  type StepState,
  stepsOf,
} from './attempt.ts';
import { refuseIncomplete } from './computing/engine.ts';
import { makeRoom } from './make-room.ts';
import { openDay, openScores } from './open-input.ts';
import { pipeline, readySteps, type Step } from './pipeline.ts';
import type { Run } from './run.ts';
import type { OpenedInput, RunContext } from './run-context.ts';
import { type RunSummary, summaryOf } from './run-summary.ts';
import { type LastRows, spaceNeeded } from './space-needed.ts';
import { everyWriter, type StepName } from './step-name.ts';

/**
 * Retries of a queued run's step after errors. A worker or an engine that dies costs none of them, only one of the
 * attempts.
 */
const retries = 3;
/** Attempts at a step in all: a step that kills its worker every time has to end, too. */
const mostAttempts = 12;
/** Milliseconds until a missing folder is looked for again, or whatever was in use. */
export const lookAgainMs = 30_000;

/** How an attempt at a step ended. */
export type StepEnd = {
  /** Which attempt at the step it was; undefined if none was begun. */
  attempt?: number;
} & (
  | { kind: 'done'; rows?: number; summary: RunSummary; by: Attempt }
  /** Nothing to do: the step is done, the run is over, or a later attempt is under way. */
  | { kind: 'void' }
  /** `isFailure`: it was begun and failed, rather than not begun yet. */
  | { kind: 'later'; delayMs: number; error: unknown; isFailure: boolean }
  | { kind: 'failed'; error: unknown }
);

/** A step of a run, and what it takes to do it. */
export interface StepToDo {
  settings: Settings;
  database: Database;
  run: Run;
  name: StepName;
  /** Whatever of the step's input has been opened already; the rest is opened when the step begins. */
  opened?: OpenedInput;
  /** Ends the attempt. */
  stop: AbortSignal;
  report: Report;
}

interface Begun {
  attempt: Attempt;
  summary: RunSummary;
}

/**
 * One attempt at a step of a run. Nothing that it writes takes effect once a later attempt has begun; its row says that
 * it is done only after its effect. How it ended is recorded, and returned. In a run of the queue an error is tried
 * again, unless the input is wrong or a check fails.
 *
 * @throws whatever ended the attempt, if Postgres is away and nothing can be recorded
 */
export async function performStep(todo: StepToDo): Promise<StepEnd> {
  const { settings, database, run, name, stop, report } = todo;
  const step = pipeline.find((each) => each.name === name) as Step;
  const limit = run.isQueued ? AbortSignal.timeout(settings.jobs.stepLimit) : undefined;
  const signal = limit ? AbortSignal.any([stop, limit]) : stop;
  let begun: Begun | undefined;
  try {
    const states = await stepsOf(database, run.id);
    const state = states.find((each) => each.name === name);
    if (run.status !== 'running' || state?.status === 'done') return { kind: 'void' };
    // Its worker died before it could end the run.
    if (state?.status === 'failed') return { kind: 'failed', error: new EngineError(state.error ?? `${name} failed.`) };
    refuseEndless(state);
    refuseIncomplete(settings, run.engine);
    const input = await openInput(todo, signal);
    const summary = summaryOf(states);
    if (name === 'ingest') summary.pruned = (await makeRoom(settings, database)) || undefined;
    const [last] = await database.query<LastRows & pg.QueryResultRow>('sql/runs/last-rows.sql');
    refuseLackOfSpace(settings, name, spaceNeeded(name, { folder: input.folder, summary, last }));
    const attempt = await beginAttempt(database, run.id, name, closedBy(step, run, states));
    if (!attempt) return { kind: 'void' };
    begun = { attempt, summary };
    const started = performance.now();
    const context: RunContext = {
      ...input,
      attempt,
      settings,
      run,
      database: database.until(signal).fenced(attempt),
      signal,
      summary,
    };
    await step.work(context, report);
    summary.seconds = { ...summary.seconds, [name]: (performance.now() - started) / 1000 };
    const rows = rowsOf(name, summary);
    // Publish writes its row in the transaction that shows its tables.
    if (name !== 'publish') await finishAttempt(database, attempt, rows, summary);
    return { kind: 'done', attempt: attempt.attempts, rows, summary, by: attempt };
  } catch (thrown) {
    let error = explainFullDisk(settings, causeOf(thrown, todo, limit));
    if (error instanceof StaleAttemptError) {
      const isRestored = begun && error.latest !== undefined && (await isLatest(database, begun.attempt));
      if (!isRestored) return { kind: 'void', attempt: begun?.attempt.attempts };
      error = await moveTokensOn(database, error.latest as bigint);
    }
    const end = await endOf(todo, begun, error).catch(() => {
      // Postgres is away: the error says why.
      throw error;
    });
    return { ...end, attempt: begun?.attempt.attempts };
  }
}

/** Whatever was under way when it was stopped only says that it was stopped. */
function causeOf(thrown: unknown, { name, stop }: StepToDo, limit: AbortSignal | undefined): unknown {
  if (limit?.aborted && !stop.aborted) return new EngineError(`${name} took longer than KITH_STEP_LIMIT.`);
  return stop.reason instanceof EngineLostError ? stop.reason : thrown;
}

/**
 * For whom the graph is closed by a step: for everybody who went before, but where another step may go beside it only
 * for earlier attempts of its own.
 */
function closedBy({ name }: Step, { steps }: Run, states: readonly StepState[]): readonly string[] {
  const isAlone = readySteps(steps, states).every((ready) => ready.name === name);
  return isAlone ? everyWriter : [name];
}

/** @throws BadInputError if a step was begun too often */
function refuseEndless(state: StepState | undefined): void {
  if (state && state.attempts >= mostAttempts)
    throw new BadInputError(`${state.name} was started ${mostAttempts} times and never finished.`);
}

async function openInput(
  { run, name, settings, database, opened }: StepToDo,
  signal: AbortSignal,
): Promise<OpenedInput> {
  const { input, scores } = run;
  switch (name) {
    case 'ingest':
      return { folder: opened?.folder ?? (await waitedForDay(input as string)) };
    case 'reputation':
      return { scores: opened?.scores ?? (await openScores(scores, settings, signal)) };
    default:
      return {};
  }

  async function waitedForDay(place: string): Promise<OpenedInput['folder']> {
    try {
      return await openDay(place, settings);
    } catch (error) {
      if (!(error instanceof FolderMissingError) || !run.isQueued) throw error;
      const [row] = await database.query<{ age: number }>('sql/runs/age.sql', [run.id]);
      const left = settings.jobs.folderPatience - (row?.age ?? 0);
      throw left > 0 ? new FolderNotThereYet(error.message, Math.min(lookAgainMs, left)) : error;
    }
  }
}

class FolderNotThereYet extends Error {
  readonly delayMs: number;

  constructor(message: string, delayMs: number) {
    super(message);
    this.delayMs = delayMs;
  }
}

/** Records how an attempt ended that is not done. */
async function endOf(
  { settings, database, run, name, stop }: StepToDo,
  begun: Begun | undefined,
  error: unknown,
): Promise<StepEnd> {
  const { retryDelay } = settings.jobs;
  const why = messageOf(error);
  if (error instanceof FolderNotThereYet) {
    await couldNotBegin(database, run.id, name, why, error.delayMs, false);
    return { kind: 'later', delayMs: error.delayMs, error, isFailure: false };
  }
  const isLost = error instanceof EngineLostError && begun !== undefined;
  const isStopped = stop.aborted && !isLost;
  if (isStopped || error instanceof BusyError || isLost) {
    const delayMs = isStopped ? 0 : isLost ? retryDelay : lookAgainMs;
    const isCounted = !(error instanceof BusyError);
    if (begun && !(await releaseAttempt(database, begun.attempt, isStopped ? undefined : why, delayMs, isCounted)))
      return { kind: 'void' };
    return { kind: 'later', delayMs, error, isFailure: isLost };
  }
  const failures = begun
    ? begun.attempt.failures + 1
    : await couldNotBegin(database, run.id, name, why, retryDelay, true);
  const delayMs = retryDelay * 2 ** (failures - 1);
  const isTriedAgain = run.isQueued && mayPass(error) && failures <= retries;
  if (begun && !(await failAttempt(database, begun.attempt, error, isTriedAgain ? delayMs : undefined, begun.summary)))
    return { kind: 'void' };
  return isTriedAgain ? { kind: 'later', delayMs, error, isFailure: true } : { kind: 'failed', error };
}

/** Whether another try may succeed with the same input. */
function mayPass(error: unknown): boolean {
  if (error instanceof FolderChangedError) return true;
  return !(error instanceof BadInputError || error instanceof ChecksFailedError);
}

/** How much a step dealt with, for a person. */
function rowsOf(name: StepName, summary: RunSummary): number | undefined {
  switch (name) {
    case 'ingest':
      return summary.files?.reduce((sum, { parsed }) => sum + parsed, 0);
    case 'closest':
      return summary.graph?.users;
    case 'reputation':
      return summary.reputation === 'none' ? 0 : summary.reputation?.scored;
    case 'recommend':
      return summary.recommended;
    case 'compare':
    case 'publish':
      return summary.rows && summary.rows.closest + summary.rows.recommendations + summary.rows.reasons;
  }
}
