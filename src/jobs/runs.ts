import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { BusyError, EngineError } from '../errors.ts';
import { type Database, queryOn, type SqlFile } from '../postgres/database.ts';
import { withoutSecrets } from '../secrets.ts';
import type { RunSummary } from './run-context.ts';
import type { Run, RunSettings } from './run-settings.ts';

interface RunRow {
  id: string;
  as_of: Date;
  settings: RunSettings;
  started_at: Date;
}

const runOf = (row: RunRow): Run => ({
  id: row.id,
  asOf: row.as_of.getTime() / 1000,
  startedAt: row.started_at.toISOString(),
  settings: row.settings,
});

/** A new run's name, e.g. `20120708-20261123T070000123Z-5f3a`: as-of date, start, and four digits against a clash. */
export function newRunId(asOf: number, start: Date): string {
  const date = new Date(asOf * 1000).toISOString().slice(0, 10).replaceAll('-', '');
  return `${date}-${start.toISOString().replace(/[-:.]/g, '')}-${randomBytes(2).toString('hex')}`;
}

/** Writes the row of a run that begins now; runs that a crash left unfinished become failed ones. Call it under the network's lock. */
export async function beginRun(database: Database, run: Run, input: string | undefined): Promise<void> {
  await database.transaction(async (client) => {
    // A worker that took a run from the queue at the same time would find two under way.
    await queryOn(client, 'sql/runs/lock-queue.sql');
    const [current] = await queryOn<RunUnderWay>(client, 'sql/runs/under-way.sql');
    refuseWorkersRun(current);
    await queryOn(client, 'sql/runs/fail-unfinished.sql');
    await queryOn(client, 'sql/runs/insert.sql', [
      run.id,
      new Date(run.asOf * 1000).toISOString(),
      input,
      JSON.stringify(run.settings),
      run.startedAt,
    ]);
  });
}

/** A row of `sql/runs/under-way.sql`. */
export interface RunUnderWay extends pg.QueryResultRow {
  id: string;
  conducted_by: 'hand' | 'workers';
}

/** @throws BusyError if the run that is under way is one of the queue: between its steps nobody holds the network's lock */
export function refuseWorkersRun(current: RunUnderWay | undefined): void {
  if (current?.conducted_by === 'workers')
    throw new BusyError(
      `Run ${current.id} of the queue is under way: let \`kith worker\` end it, or call \`kith runs --give-up ${current.id}\`.`,
    );
}

/**
 * Writes down that a run ended without being published; yesterday's tables stay.
 *
 * @returns false if it had ended before
 */
export async function failRun(database: Database, id: string, why: string, summary: RunSummary): Promise<boolean> {
  return endRun(database, id, 'sql/runs/fail.sql', [withoutSecrets(why), JSON.stringify(summary)]);
}

/**
 * A run of the queue is not done any more; yesterday's tables stay.
 *
 * @returns false if there is none of this id that waits or is under way
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

/** The run that the published tables show. */
export async function lastPublished(database: Database): Promise<Run | undefined> {
  const [row] = await database.query<RunRow>('sql/runs/last-published.sql');
  return row && runOf(row);
}

/** The run whose closest connections are complete in the graph, whether its recommendations are staged too, and whether it was published. */
export async function runInProgress(
  database: Database,
): Promise<{ run: Run; summary: RunSummary; recommended: boolean; isPublished: boolean } | undefined> {
  const [progress] = await database.query<{ closest_run: string | null; recommended_run: string | null }>(
    'sql/runs/progress.sql',
  );
  if (!progress?.closest_run) return undefined;
  const [row] = await database.query<RunRow & { status: string; summary: RunSummary }>('sql/runs/by-id.sql', [
    progress.closest_run,
  ]);
  return (
    row && {
      run: runOf(row),
      summary: row.summary,
      recommended: progress.recommended_run === row.id,
      isPublished: row.status === 'published',
    }
  );
}
