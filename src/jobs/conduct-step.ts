import type { Settings } from '../config/settings.ts';
import { homeOf } from '../engines/home.ts';
import { findNeo4j } from '../engines/neo4j.ts';
import {
  BadInputError,
  BusyError,
  ChecksFailedError,
  EngineError,
  FolderChangedError,
  FolderMissingError,
  messageOf,
  StaleAttemptError,
} from '../errors.ts';
import { dayFiles } from '../ingest/day-folder.ts';
import type { Database } from '../postgres/database.ts';
import { readModel } from '../scoring/reputation/model-folder.ts';
import { readReputationList } from '../scoring/reputation/reputation-list.ts';
import { withoutSecrets } from '../secrets.ts';
import { openFolder } from '../storage/open-folder.ts';
import { type Attempt, failAttempt, releaseAttempt, stepsOf, workerName } from './attempt.ts';
import { withSharedNetworkLock } from './network-lock.ts';
import { performStep, rowsOf, summaryOf } from './perform-step.ts';
import { pipeline } from './pipeline.ts';
import type { QueuedRun } from './queue.ts';
import type { RunContext, RunSummary, ScoreSource } from './run-context.ts';
import type { Report, StepName } from './step.ts';

/** Retries of a step after errors; a worker or an embedded engine that dies costs none of them, only one of the attempts. */
const retries = 3;
/** Attempts of a step in all: a step that kills its worker every time must end, too. */
const mostAttempts = 12;
/** Until it is looked again whether somebody works by hand, or a folder has come. */
const lookAgainMs = 30_000;

/** What became of a step in this worker. */
export type StepEnd = {
  /** Of the step, this one included; undefined if none was begun. */
  attempt?: number;
} & (
  | { kind: 'done'; rows?: number; summary: RunSummary; by: Attempt }
  /** The run is over, or a later attempt is at work: nothing more to do for this job. */
  | { kind: 'void' }
  /** `isError`: it was begun and did not come off, rather than not begun yet. */
  | { kind: 'later'; delayMs: number; why: string; isError: boolean }
  | { kind: 'failed'; why: string }
);

/** A step of a queued run, and what it takes to do it. */
export interface QueuedStep {
  settings: Settings;
  database: Database;
  run: QueuedRun;
  name: StepName;
  /** Ends the attempt: it may be tried again at once, elsewhere. */
  stop: AbortSignal;
  report: Report;
}

/** An attempt that was begun, and what it adds to the run's summary so far. */
interface Begun {
  attempt: Attempt;
  summary: RunSummary;
}

/** Does a step of a queued run, and writes down what became of it. An error is tried again, a wrong input or a failed check is not. */
export async function conductStep(queued: QueuedStep): Promise<StepEnd> {
  const { settings, database, run, name, stop, report } = queued;
  const step = pipeline.find((each) => each.name === name);
  if (!step || run.status !== 'running') return { kind: 'void' };
  const limit = AbortSignal.timeout(settings.jobs.stepLimit);
  const engine = neo4jProcess(settings);
  let begun: Begun | undefined;
  let isPostgresLost = false;
  try {
    return await withSharedNetworkLock(database, async (lost) => {
      lost.addEventListener('abort', () => {
        isPostgresLost = true;
      });
      const signal = AbortSignal.any([stop, limit, lost]);
      const states = await stepsOf(database, run.id);
      const state = states.find((each) => each.name === name);
      if (state?.status === 'done') return { kind: 'void' };
      // Its worker died before it could end the run.
      if (state?.status === 'failed') return { kind: 'failed', why: state.error ?? `${name} failed.` };
      if ((state?.attempts ?? 0) >= mostAttempts)
        throw new BadInputError(`${name} was begun ${mostAttempts} times without coming to an end.`);
      const summary = summaryOf(states);
      const context: RunContext = {
        settings,
        run,
        input: run.input,
        folder: name === 'ingest' ? await openDay(queued, signal) : undefined,
        scores: name === 'reputation' ? await openScores(run, settings, signal) : undefined,
        database: database.until(signal),
        signal,
        summary,
      };
      const isDone = await performStep(context, step, report, (attempt) => {
        begun = { attempt, summary };
      });
      if (!isDone || !begun) return { kind: 'void' };
      const by = begun.attempt;
      return { kind: 'done', attempt: by.attempts, rows: rowsOf(step, summary), summary, by };
    });
  } catch (error) {
    if (error instanceof StaleAttemptError) return { kind: 'void', attempt: begun?.attempt.attempts };
    const isLate = limit.aborted && !stop.aborted;
    const reason = isLate ? new EngineError(`${name} took longer than KITH_STEP_LIMIT.`) : error;
    const isEngineGone = isPostgresLost || neo4jProcess(settings) !== engine;
    const end = await endOf(queued, begun, reason, !isLate && isEngineGone && error instanceof EngineError);
    return { ...end, attempt: begun?.attempt.attempts };
  }
}

/** Which process the embedded Neo4j is just now; undefined if there is none. */
function neo4jProcess(settings: Settings): number | undefined {
  return settings.neo4j ? undefined : findNeo4j(homeOf(settings))?.pid;
}

/** @param isEngineGone whether it failed because an engine died, which is no fault of the step's */
async function endOf(
  queued: QueuedStep,
  begun: Begun | undefined,
  error: unknown,
  isEngineGone: boolean,
): Promise<StepEnd> {
  const { settings, database, stop } = queued;
  const { retryDelay } = settings.jobs;
  const why = withoutSecrets(messageOf(error));
  if (stop.aborted || error instanceof BusyError || (isEngineGone && begun)) {
    const delayMs = stop.aborted ? 0 : error instanceof BusyError ? lookAgainMs : retryDelay;
    const retryAt = new Date(Date.now() + delayMs);
    const isCounted = !(error instanceof BusyError);
    if (begun && !(await releaseAttempt(database, begun.attempt, stop.aborted ? undefined : why, retryAt, isCounted)))
      return { kind: 'void' };
    return { kind: 'later', delayMs, why, isError: isEngineGone };
  }
  if (error instanceof FolderNotThereError) {
    await couldNotBegin(queued, why, error.delayMs, false);
    return { kind: 'later', delayMs: error.delayMs, why, isError: false };
  }
  const failures = begun ? begun.attempt.failures + 1 : await couldNotBegin(queued, why, retryDelay, true);
  const delayMs = retryDelay * 2 ** (failures - 1);
  const isTriedAgain = mayPass(error) && failures <= retries;
  const retryAt = isTriedAgain ? new Date(Date.now() + delayMs) : undefined;
  if (begun && !(await failAttempt(database, begun.attempt, error, retryAt, begun.summary))) return { kind: 'void' };
  return isTriedAgain ? { kind: 'later', delayMs, why, isError: true } : { kind: 'failed', why };
}

/** Whether it may come off another time, with the same input. */
function mayPass(error: unknown): boolean {
  if (error instanceof FolderChangedError) return true;
  return !(error instanceof BadInputError || error instanceof ChecksFailedError);
}

/** Returns how often the step has failed. */
async function couldNotBegin(
  { database, run, name }: QueuedStep,
  why: string,
  delayMs: number,
  isError: boolean,
): Promise<number> {
  const retryAt = new Date(Date.now() + delayMs).toISOString();
  const values = [run.id, name, workerName(), withoutSecrets(why), retryAt, isError];
  const [row] = await database.query<{ failures: number }>('sql/steps/wait.sql', values);
  return row?.failures ?? 1;
}

class FolderNotThereError extends Error {
  readonly delayMs: number;

  constructor(message: string, delayMs: number) {
    super(message);
    this.delayMs = delayMs;
  }
}

/** The day's folder; one that is not there yet, or still empty, is waited for. */
async function openDay({ run, settings }: QueuedStep, signal: AbortSignal): Promise<RunContext['folder']> {
  try {
    const folder = await openFolder(run.input, settings.s3);
    dayFiles(folder);
    return folder;
  } catch (error) {
    const left = Date.parse(run.startedAt) + settings.jobs.folderPatience - Date.now();
    if (!(error instanceof FolderMissingError) || left <= 0 || signal.aborted) throw error;
    throw new FolderNotThereError(error.message, Math.min(lookAgainMs, left));
  }
}

async function openScores(
  { scores }: QueuedRun,
  settings: Settings,
  signal: AbortSignal,
): Promise<ScoreSource | undefined> {
  if (!scores) return undefined;
  const { kind, place } = scores;
  return kind === 'list'
    ? { kind, list: await readReputationList(place, { s3: settings.s3, signal }), place }
    : { kind, model: await readModel(place), place };
}
