import type { Settings } from '../config/settings.ts';
import { BadInputError, BusyError, ChecksFailedError, EngineError, messageOf, StaleAttemptError } from '../errors.ts';
import type { Database } from '../export/database.ts';
import { dayFiles } from '../ingest/day-folder.ts';
import { readModel } from '../reputation/model-folder.ts';
import { readReputationList } from '../reputation/reputation-list.ts';
import { openFolder } from '../storage/open-folder.ts';
import { failAttempt, stepsOf, workerName } from './attempt.ts';
import { mergeSummaries, performStep } from './perform-step.ts';
import { pipeline } from './pipeline.ts';
import { type QueuedRun, withSharedNetworkLock } from './queue.ts';
import type { RunContext, ScoreSource } from './run-context.ts';
import type { Report, StepName } from './step.ts';

/** Retries of a step after errors; a worker or an engine that dies costs none of them, only one of the attempts. */
const retries = 3;
/** Attempts of a step in all: a step that kills its worker every time must end, too. */
const mostAttempts = 12;
/** Until it is looked again whether somebody works by hand, or a folder has come. */
const lookAgainMs = 30_000;

/** What became of a step in this worker. */
export type StepEnd =
  | { kind: 'done' }
  /** The run is over, or a later attempt is at work: nothing more to do for this job. */
  | { kind: 'void' }
  | { kind: 'later'; delayMs: number; why: string }
  | { kind: 'failed'; why: string };

/**
 * Does a step of a queued run, and writes down what became of it. An error is tried again, a wrong input or a failed check is not.
 */
export async function conductStep(
  settings: Settings,
  database: Database,
  run: QueuedRun,
  name: StepName,
  signal: AbortSignal,
  report: Report,
): Promise<StepEnd> {
  const step = pipeline.find((each) => each.name === name);
  if (!step || run.status !== 'running') return { kind: 'void' };
  const limit = AbortSignal.timeout(settings.jobs.stepLimit);
  try {
    const began = await withSharedNetworkLock(database, async (lost) => {
      const stop = AbortSignal.any([signal, limit, lost]);
      const states = await stepsOf(database, run.id);
      const state = states.find((each) => each.name === name);
      if (state?.status === 'done') return false;
      if ((state?.attempts ?? 0) >= mostAttempts)
        throw new BadInputError(`${name} was begun ${mostAttempts} times without coming to an end.`);
      const context: RunContext = {
        settings,
        run,
        folder: name === 'ingest' ? await openDay(run, stop, settings) : undefined,
        scores: name === 'reputation' ? await openScores(run, settings, stop) : undefined,
        database: database.until(stop),
        signal: stop,
        summary: mergeSummaries(inOrder(states).map(({ summary }) => summary)),
      };
      return performStep(context, step, report);
    });
    return began ? { kind: 'done' } : { kind: 'void' };
  } catch (error) {
    const reason = limit.aborted ? new EngineError(`${name} took longer than KITH_STEP_LIMIT.`) : error;
    return endOf(settings, database, run, name, reason);
  }
}

/** The order of the pipeline, in which later steps' figures win. */
function inOrder<T extends { name: StepName }>(states: readonly T[]): T[] {
  return pipeline.flatMap(({ name }) => states.filter((state) => state.name === name));
}

async function endOf(
  settings: Settings,
  database: Database,
  run: QueuedRun,
  name: StepName,
  error: unknown,
): Promise<StepEnd> {
  const why = messageOf(error);
  if (error instanceof StaleAttemptError) return { kind: 'void' };
  if (error instanceof BusyError) return { kind: 'later', delayMs: lookAgainMs, why };
  if (error instanceof FolderNotThereError) {
    const retryAt = new Date(Date.now() + error.delayMs);
    await database.query('sql/steps/wait.sql', [run.id, name, workerName(), why, retryAt.toISOString()]);
    return { kind: 'later', delayMs: error.delayMs, why };
  }
  const state = (await stepsOf(database, run.id)).find((each) => each.name === name);
  const failures = (state?.failures ?? 0) + 1;
  const isFinal = error instanceof BadInputError || error instanceof ChecksFailedError || failures > retries;
  const delayMs = settings.jobs.retryDelay * 2 ** (failures - 1);
  const retryAt = isFinal ? undefined : new Date(Date.now() + delayMs);
  if (state?.status === 'running' && state.worker === workerName())
    await failAttempt(database, { runId: run.id, step: name, token: state.token }, error, retryAt);
  return isFinal ? { kind: 'failed', why } : { kind: 'later', delayMs, why };
}

class FolderNotThereError extends Error {
  readonly delayMs: number;

  constructor(message: string, delayMs: number) {
    super(message);
    this.delayMs = delayMs;
  }
}

/** The day's folder; one that is not there yet, or still empty, is waited for. */
async function openDay(run: QueuedRun, signal: AbortSignal, settings: Settings): Promise<RunContext['folder']> {
  try {
    const folder = await openFolder(run.input, settings.s3);
    dayFiles(folder);
    return folder;
  } catch (error) {
    const left = Date.parse(run.queuedAt) + settings.jobs.folderPatience - Date.now();
    if (!(error instanceof BadInputError) || left <= 0) throw error;
    if (signal.aborted) throw error;
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
