import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import type { ComputingEngine } from '../config/settings.ts';
import { BusyError, EngineError } from '../errors.ts';
import { type Database, queryOn, type SqlFile } from '../postgres/database.ts';
import { refuseIfLocked } from '../postgres/refuse-if-locked.ts';
import { withoutSecrets } from '../secrets.ts';
import { stepsOf } from './attempt.ts';
import type { Run, RunSettings, RunStatus, ScoresPlace } from './run.ts';
import { type RunSummary, summaryOf } from './run-summary.ts';
import { type StepName, stepNames, wholeRun } from './step-name.ts';
import type { Waiver } from './waivers.ts';

/** What a run is to be about. */
export interface WantedRun {
  /** Epoch seconds. */
  asOf: number;
  settings: RunSettings;
  input: string | undefined;
  scores: ScoresPlace | undefined;
  steps: readonly StepName[];
  /** Neo4j by default. */
  engine?: ComputingEngine;
  allowed?: readonly Waiver[];
}

interface RunRow extends pg.QueryResultRow {
  id: string;
  as_of: Date;
  input: string | null;
  settings: RunSettings;
  scores: ScoresPlace | null;
  steps: StepName[];
  status: RunStatus;
  started_at: Date;
  allowed: Waiver[];
  is_queued: boolean;
  engine: ComputingEngine;
}

const runOf = (row: RunRow): Run => ({
  id: row.id,
  asOf: row.as_of.getTime() / 1000,
  startedAt: row.started_at.toISOString(),
  settings: row.settings,
  status: row.status,
  steps: row.steps,
  input: row.input ?? undefined,
  scores: row.scores ?? undefined,
  allowed: row.allowed,
  isQueued: row.is_queued,
  engine: row.engine,
});

/** Begins a run by hand. Call it under the network's lock. @throws BusyError if a run of the queue is under way */
export async function beginRun(database: Database, wanted: WantedRun): Promise<Run> {
  return beginning(database, async (client) => (await insert(client, wanted, { isQueued: false })) as Run);
}

/**
 * A run goes on with these steps, which are done again if they were done before; what else it has not done is no part
 * of it any more. Call it under the network's lock.
 *
 * @throws BusyError if a run of the queue is under way
 */
export async function continueRun(
  database: Database,
  { id, settings, scores, allowed }: Pick<Run, 'id' | 'settings' | 'scores' | 'allowed'>,
  steps: readonly StepName[],
): Promise<Run> {
  const states = await stepsOf(database, id);
  const kept = states
    .filter(({ name, status }) => status === 'done' && !steps.includes(name) && name !== 'publish')
    .map(({ name }) => name);
  const all = stepNames.filter((name) => kept.includes(name) || steps.includes(name));
  return beginning(database, async (client) => {
    const values = [id, all, JSON.stringify(settings), scores && JSON.stringify(scores), allowed];
    const [row] = await queryOn<RunRow>(client, 'sql/runs/go-on.sql', values);
    await queryOn(client, 'sql/steps/forget.sql', [id, kept]);
    return runOf(row as RunRow);
  });
}

/**
 * Runs that a crash left unfinished become failed ones: nobody else holds the network's lock, so none of them is under
 * way.
 */
async function beginning(database: Database, begin: (client: pg.ClientBase) => Promise<Run>): Promise<Run> {
  return database.transaction(async (client) => {
    // A worker that took a run from the queue at the same time would make a second one under way.
    await queryOn(client, 'sql/runs/lock-queue.sql');
    const [current] = await queryOn<RunUnderWay>(client, 'sql/runs/under-way.sql');
    refuseQueuedRun(current);
    await queryOn(client, 'sql/runs/fail-unfinished.sql');
    return begin(client);
  });
}

/**
 * Puts runs of all steps into the queue, all at once; they are done in the order in which they were queued, and of
 * their as-of.
 *
 * @param wanted with when a scheduled run was due: it is queued once, even if the schedule calls again
 * @returns their ids, without those of which a run of the same input and as-of waits or is under way already
 */
export async function enqueueRuns(
  database: Database,
  wanted: readonly (Omit<WantedRun, 'steps'> & { dueAt?: Date })[],
): Promise<string[]> {
  return database.transaction(async (client) => {
    await queryOn(client, 'sql/runs/lock-queue.sql');
    const ids: string[] = [];
    for (const { dueAt, ...each } of wanted) {
      const run = await insert(client, { ...each, steps: wholeRun }, { isQueued: true, dueAt });
      if (run) ids.push(run.id);
    }
    return ids;
  });
}

async function insert(
  client: pg.ClientBase,
  { asOf, input, settings, scores, steps, engine = 'neo4j', allowed = [] }: WantedRun,
  { isQueued, dueAt }: { isQueued: boolean; dueAt?: Date },
): Promise<Run | undefined> {
  const [row] = await queryOn<RunRow>(client, 'sql/runs/insert.sql', [
    new Date(asOf * 1000).toISOString(),
    input,
    JSON.stringify(settings),
    scores && JSON.stringify(scores),
    steps,
    isQueued,
    dueAt?.toISOString(),
    allowed,
    engine,
  ]);
  return row && runOf(row);
}

/**
 * The id of the queued run that is under way, or of the next one, which begins now; undefined if there is none, or
 * somebody works by hand.
 */
export async function queuedRunUnderWay(database: Database): Promise<string | undefined> {
  const find = database.transaction(async (client) => {
    await queryOn(client, 'sql/runs/lock-queue.sql');
    const [current] = await queryOn<RunUnderWay>(client, 'sql/runs/under-way.sql');
    if (current?.is_queued) return current.id;
    if (current) {
      if ((await queryOn(client, 'sql/runs/waiting.sql', [1])).length === 0) return undefined;
      // A run by hand holds the network's lock as long as its process lives.
      await refuseIfLocked(client, 'sql/runs/lock-network.sql', 'Somebody works by hand.');
      await queryOn(client, 'sql/runs/fail-unfinished.sql');
    }
    const [next] = await queryOn<{ id: string }>(client, 'sql/runs/take-next.sql');
    return next?.id;
  });
  return find.catch((error) => {
    if (error instanceof BusyError) return undefined;
    throw error;
  });
}

/** A row of `sql/runs/under-way.sql`. */
export interface RunUnderWay extends pg.QueryResultRow {
  id: string;
  is_queued: boolean;
}

/** @throws BusyError if the run under way is one of the queue: between its steps nobody holds the network's lock */
export function refuseQueuedRun(current: RunUnderWay | undefined): void {
  if (current?.is_queued)
    throw new BusyError(
      `Run ${current.id} of the queue is under way: let \`kith worker\` finish it, or call \`kith runs --give-up ${current.id}\`.`,
    );
}

/** All steps of a run that does not publish are done. */
export async function finishRun(database: Database, id: string, summary: RunSummary): Promise<void> {
  await database.query('sql/runs/finish.sql', [id, JSON.stringify(summary)]);
}

/**
 * Records that a run ended without being published, and why; yesterday's tables stay.
 *
 * @returns false if it had ended before
 */
export async function failRun(database: Database, id: string, why: string): Promise<boolean> {
  const summary = summaryOf(await stepsOf(database, id));
  return endRun(database, id, 'sql/runs/fail.sql', [withoutSecrets(why), JSON.stringify(summary)]);
}

/**
 * Ends a run of the queue that nobody wants any more; yesterday's tables stay.
 *
 * @returns false if no run of this id waits in the queue or is under way there
 */
export async function giveUpRun(database: Database, id: string): Promise<boolean> {
  return endRun(database, id, 'sql/runs/give-up.sql', []);
}

/** Ends a run and its steps; whoever writes for it has ten seconds to commit. */
async function endRun(database: Database, id: string, file: SqlFile, values: unknown[]): Promise<boolean> {
  const end = () =>
    database.transaction(async (client) => {
      await queryOn(client, 'sql/steps/limit-waiting.sql');
      const ended = await queryOn(client, file, [id, ...values]);
      if (ended.length > 0) await queryOn(client, 'sql/runs/fail-steps.sql', [id]);
      return ended.length > 0;
    });
  return end().catch(async (error) => {
    if (!(error instanceof EngineError)) throw error;
    await database.query('sql/steps/end-writers.sql', [id, null]);
    return end();
  });
}

export async function readRun(database: Database, id: string): Promise<Run | undefined> {
  const [row] = await database.query<RunRow>('sql/runs/one.sql', [id]);
  return row && runOf(row);
}

/** The run that the published tables show. */
export async function lastPublished(database: Database): Promise<Run | undefined> {
  const [row] = await database.query<RunRow>('sql/runs/last-published.sql');
  return row && runOf(row);
}

/**
 * The run whose closest connections were computed last and are whole, and whether its recommendations were computed from
 * them.
 *
 * @param engine of the one that computed them; undefined: of any
 */
export async function lastComputed(
  database: Database,
  engine?: ComputingEngine,
): Promise<{ run: Run; isRecommended: boolean } | undefined> {
  const [row] = await database.query<RunRow & { recommended: boolean }>('sql/runs/last-computed.sql', [engine]);
  return row && { run: runOf(row), isRecommended: row.recommended };
}

/** What the graph still has of a published run. */
export interface GraphOfRun {
  /** Whether the lists that its engine has now are the run's: its own, or the same, which a dry run has put back. */
  hasLists: boolean;
  /** The run that was the first to ingest a folder since: words are not applied any more, and more may be known. */
  ingestedSince?: string;
  /** If the run has filtered by scores: why those in the graph are not its own, as a clause. */
  whyNoScores?: string;
  /** Why it can't tell of the run, as a clause; undefined: it can. */
  whyNot?: string;
}

/** What the graph still has of a published run. Whatever changes it has said so in its step before. */
export async function graphOf(database: Database, published: Run): Promise<GraphOfRun> {
  const last = await lastComputed(database, published.engine);
  const since = await ingestedSince(database, published.id);
  const isOwn = last?.run.id === published.id;
  const isAgain = last !== undefined && isPutBack(published, last.run);
  const hasLists = isOwn || (isAgain && !since);
  const whyNoScores = published.settings.reputation === 'none' ? undefined : await whyOtherScores(database, published);
  return { hasLists, ingestedSince: since, whyNoScores, whyNot: whyOther() ?? whyNoScores };

  function whyOther(): string | undefined {
    if (!last) return 'the graph has no whole lists now, since it was rebuilt, or another run was computing them';
    if (!isOwn && !isAgain) return `the graph has the lists of run ${last.run.id} now`;
    if (!since) return undefined;
    const again = isAgain ? ', with which the lists in the graph were computed again' : '';
    return `run ${since} has ingested a folder since${again}`;
  }
}

/** The id of the run that was the first to ingest a folder after a run began to compute its closest connections. */
export async function ingestedSince(database: Database, runId: string): Promise<string | undefined> {
  const [since] = await database.query<{ id: string }>('sql/runs/ingested-since.sql', [runId]);
  return since?.id;
}

/** Why the scores in the graph are not those of a run, as a clause; undefined if they are. */
async function whyOtherScores(database: Database, { id }: Run): Promise<string | undefined> {
  const [last] = await database.query<{ id: string; isRebuilt: boolean; isWhole: boolean; isOfRun: boolean }>(
    'sql/runs/last-scored.sql',
    [id],
  );
  if (!last) return 'the graph has no scores';
  if (last.isRebuilt) return 'the graph has no scores now, since it was rebuilt';
  if (!last.isWhole) return `run ${last.id} has begun to set other scores in the graph`;
  return last.isOfRun ? undefined : `the graph has the scores of run ${last.id} now`;
}

/** Whether a run has computed the lists of a published one in the graph again. */
function isPutBack(published: Run, { asOf, settings, status, engine }: Run): boolean {
  const isOfSame = asOf === published.asOf && isDeepStrictEqual(settings, published.settings);
  return isOfSame && status === 'done' && engine === 'neo4j' && !settings.excludeLaterFollows;
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

/** The time by Postgres' clock, which is the only one for runs. */
export async function currentTime(database: Database): Promise<Date> {
  const [row] = await database.query<{ now: Date }>('sql/runs/now.sql');
  return (row as { now: Date }).now;
}
