import type { Settings } from '../config/settings.ts';
import { type Database, queryOn } from '../postgres/database.ts';
import { stepsOf } from './attempt.ts';
import { summaryOf } from './perform-step.ts';
import { pipeline } from './pipeline.ts';
import type { Run, RunSettings } from './run-settings.ts';
import { failRun, newRunId, type RunUnderWay } from './runs.ts';
import type { StepName } from './step.ts';

/** What a queued run's list of scores is made from; read when the step begins. */
export interface QueuedScores {
  kind: 'list' | 'model';
  place: string;
}

/** A run that workers conduct. */
export interface QueuedRun extends Run {
  input: string;
  status: 'queued' | 'running' | 'published' | 'failed';
  scores: QueuedScores | undefined;
}

/** What a run is wanted on. */
export interface WantedRun {
  input: string;
  /** Epoch seconds. */
  asOf: number;
  scores: QueuedScores | undefined;
  /** When a scheduled run was due: it is queued once, even if the schedule calls again. */
  dueAt?: Date;
}

/**
 * Puts runs into the queue, all at once; they are done in the order of their as-of.
 *
 * @returns their ids, without those of which a run of the same input and as-of waits or works already
 */
export async function enqueueRuns(
  database: Database,
  settings: Settings,
  wanted: readonly WantedRun[],
): Promise<string[]> {
  const now = new Date();
  return database.transaction(async (client) => {
    await queryOn(client, 'sql/runs/lock-queue.sql');
    const ids: string[] = [];
    for (const { input, asOf, scores, dueAt } of wanted) {
      const runSettings: RunSettings = { ranking: settings.ranking, reputation: scores ? 'list' : 'none' };
      const rows = await queryOn<{ id: string }>(client, 'sql/runs/enqueue.sql', [
        newRunId(asOf, now),
        new Date(asOf * 1000).toISOString(),
        input,
        JSON.stringify(runSettings),
        now.toISOString(),
        scores && JSON.stringify(scores),
        dueAt?.toISOString(),
      ]);
      ids.push(...rows.map(({ id }) => id));
    }
    return ids;
  });
}

/** The run that is under way, one that begins now if there is none, or undefined if none waits. */
export async function runUnderWay(database: Database): Promise<string | undefined> {
  return database.transaction(async (client) => {
    await queryOn(client, 'sql/runs/lock-queue.sql');
    const [current] = await queryOn<RunUnderWay>(client, 'sql/runs/under-way.sql');
    if (current?.conducted_by === 'workers') return current.id;
    if (current) {
      if ((await queryOn(client, 'sql/runs/waiting.sql', [1])).length === 0) return undefined;
      // A run by hand holds the network's lock as long as its process lives.
      const [row] = await queryOn<{ locked: boolean }>(client, 'sql/runs/try-lock.sql');
      if (!row?.locked) return undefined;
      await queryOn(client, 'sql/runs/fail-unfinished.sql');
    }
    const [next] = await queryOn<{ id: string }>(client, 'sql/runs/take-next.sql');
    return next?.id;
  });
}

export async function queuedRun(database: Database, id: string): Promise<QueuedRun | undefined> {
  const [row] = await database.query<{
    id: string;
    as_of: Date;
    input: string;
    settings: RunSettings;
    status: QueuedRun['status'];
    started_at: Date;
    scores: QueuedScores | null;
  }>('sql/runs/work-of.sql', [id]);
  return (
    row && {
      id: row.id,
      asOf: row.as_of.getTime() / 1000,
      startedAt: row.started_at.toISOString(),
      settings: row.settings,
      input: row.input,
      status: row.status,
      scores: row.scores ?? undefined,
    }
  );
}

/**
 * Calls `ensure` for each step of the run under way whose needs are done and which is not, with the instant from which on it may begin. One process at
 * a time does so: two would make two jobs of one.
 */
export async function forReadySteps(
  database: Database,
  ensure: (runId: string, step: StepName, from: Date) => Promise<unknown>,
): Promise<void> {
  const runId = await runUnderWay(database);
  if (runId === undefined) return;
  await database.transaction(async (client) => {
    await queryOn(client, 'sql/runs/lock-queue.sql');
    const states = new Map((await stepsOf(database, runId)).map((state) => [state.name, state]));
    for (const { name, needs } of pipeline) {
      const state = states.get(name);
      const isReady = state?.status !== 'done' && needs.every((need) => states.get(need)?.status === 'done');
      const retryAt = state?.status === 'waiting' && state.retryAt ? new Date(state.retryAt) : new Date();
      if (isReady) await ensure(runId, name, retryAt);
    }
  });
}

/**
 * A run of the queue fails for good; yesterday's tables stay.
 *
 * @returns false if it had ended before
 */
export async function failQueuedRun(database: Database, runId: string, why: string): Promise<boolean> {
  return failRun(database, runId, why, summaryOf(await stepsOf(database, runId)));
}

/**
 * Calls `tell` for each run that failed and of which nobody was told yet; one for which it throws is told again a little later.
 *
 * @param onError gets why somebody could not be told
 */
export async function tellOfFailures(
  database: Database,
  tell: (runId: string, why: string) => Promise<void>,
  onError: (runId: string, error: unknown) => void,
): Promise<void> {
  await database.transaction(async (client) => {
    const [row] = await queryOn<{ locked: boolean }>(client, 'sql/runs/try-lock-telling.sql');
    if (!row?.locked) return;
    for (const { id, error } of await queryOn<{ id: string; error: string }>(client, 'sql/runs/untold-failures.sql'))
      await tell(id, error).then(
        () => queryOn(client, 'sql/runs/told.sql', [id]),
        (reason) => onError(id, reason),
      );
  });
}

/** How many runs wait and are under way, and when one was last published. */
export async function queueFigures(
  database: Database,
): Promise<{ queued: number; running: number; publishedAt: Date | undefined }> {
  const [row] = await database.query<{ queued: number; running: number; published_at: Date | null }>(
    'sql/runs/figures.sql',
  );
  return { queued: row?.queued ?? 0, running: row?.running ?? 0, publishedAt: row?.published_at ?? undefined };
}
