import type { Settings } from '../config/settings.ts';
import { InterruptedError, KithError, messageOf, StaleAttemptError } from '../errors.ts';
import type { Database } from '../postgres/database.ts';
import type { Report } from '../progress.ts';
import { workAfter } from './afterwards/work-after.ts';
import { type Attempt, stepsOf } from './attempt.ts';
import { withNetworkLock } from './network-lock.ts';
import { performReady } from './perform-ready.ts';
import { performStep } from './perform-step.ts';
import { readySteps, type Step } from './pipeline.ts';
import type { Run } from './run.ts';
import type { OpenedInput } from './run-context.ts';
import { runLog } from './run-log.ts';
import { type RunSummary, summaryOf } from './run-summary.ts';
import { failRun, finishRun, readRun } from './runs.ts';
import type { StepName } from './step-name.ts';
import { RunTeller } from './tell-run.ts';
import type { Watcher } from './watcher.ts';
import { withNetwork } from './with-database.ts';

export interface FinishedRun {
  run: Run;
  summary: RunSummary;
  isPublished: boolean;
}

/** What it takes to conduct a run in this process. */
export interface Conducting {
  settings: Settings;
  /** What of its input has been opened already. */
  opened: OpenedInput;
  watcher: Watcher;
  /** Ctrl-C. */
  signal: AbortSignal;
}

/** Makes sure that the steps of a run are done. */
export type Conduct = (run: Run) => Promise<void>;

/**
 * Does a run, or some steps of one, in this process: without retries, and while nobody else works on the network.
 *
 * @param begin gives the run, which has begun; it may have others conducted before
 * @throws KithError by kind (bad input, failed checks, engines, another run, interrupted); yesterday's tables stay then
 */
export async function runInThisProcess(
  conducting: Conducting,
  begin: (database: Database, conduct: Conduct) => Promise<Run>,
): Promise<FinishedRun> {
  const { settings, signal, watcher } = conducting;
  return withNetwork(settings, signal, async (database) => {
    const { run, summary, last, isPublished } = await withNetworkLock(database, async (lost) => {
      const conduct = (each: Run) =>
        conductRun({ ...conducting, signal: AbortSignal.any([signal, lost]) }, database, each);
      const begun = await begin(database, async (each) => void (await conduct(each)));
      return { run: begun, ...(await conduct(begun)) };
    });
    // The next run need not wait for this.
    if (last) await workAfter({ settings, run, attempt: last, database, signal, summary }, watcher);
    return { run, summary, isPublished };
  });
}

/** Every step of the run that is not done yet. */
async function conductRun(
  { settings, opened, watcher, signal }: Conducting,
  database: Database,
  run: Run,
): Promise<{ summary: RunSummary; last: Attempt | undefined; isPublished: boolean }> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const summaries = new Map<StepName, RunSummary>();
  let last: Attempt | undefined;
  let cause: unknown;
  const fail = (error: unknown): void => {
    // The first error is the reason; the others only say that they were stopped because of it.
    cause ??= error;
    failed.abort();
  };
  const teller = new RunTeller(runLog(settings));
  const perform = async (step: Step): Promise<void> => {
    const { name } = step;
    const started = performance.now();
    watcher.begins(step);
    teller.stepBegins(run.id, name);
    try {
      const report: Report = (progress) => watcher.progress(step, progress);
      const end = await performStep({ settings, database, run, name, opened, stop, report });
      if (end.kind !== 'done')
        throw 'error' in end ? end.error : new StaleAttemptError(`Run ${run.id} was ended by another process.`);
      last = end.by;
      summaries.set(name, end.summary);
      const seconds = (performance.now() - started) / 1000;
      watcher.ends(step, seconds);
      teller.stepEnded('done', 'info', { run: run.id, step: name, seconds, rows: end.rows });
    } catch (error) {
      watcher.fails(step);
      const seconds = (performance.now() - started) / 1000;
      teller.stepEnded('failed', 'error', { run: run.id, step: name, seconds, why: messageOf(error) });
      fail(error);
    }
  };
  const ready = async (): Promise<readonly Step[]> => {
    const states = await stepsOf(database, run.id).catch(fail);
    return cause || !states ? [] : readySteps(run.steps, states);
  };
  try {
    await performReady(ready, perform);
    if (cause) throw cause;
  } catch (error) {
    // Stopped in the very moment of its publish, perhaps.
    const now = await readRun(database, run.id).catch(() => undefined);
    if (now?.status === 'published')
      return { summary: summaryOf(await stepsOf(database, run.id)), last: undefined, isPublished: true };
    const reason = whyStopped(signal) ?? error;
    await failRun(database, run.id, messageOf(reason)).catch(() => undefined);
    teller.runEnded('failed', { run: run.id, why: messageOf(reason) });
    throw reason;
  }
  // Those of this process know how long publish took, too.
  const states = await stepsOf(database, run.id);
  const summary = summaryOf(states.map((state) => ({ ...state, summary: summaries.get(state.name) ?? state.summary })));
  const isPublished = run.steps.includes('publish');
  if (!isPublished) await finishRun(database, run.id, summary);
  teller.runEnded(isPublished ? 'published' : 'done', { run: run.id });
  return { summary, last, isPublished };
}

/** Why the run was stopped from outside: Ctrl-C, or a lost connection. */
function whyStopped(signal: AbortSignal): unknown {
  if (!signal.aborted) return undefined;
  return signal.reason instanceof KithError
    ? signal.reason
    : new InterruptedError("Stopped; yesterday's tables stay as they were.");
}
