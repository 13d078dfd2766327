import type { ComputingEngine } from '../config/settings.ts';
import type { Database } from '../postgres/database.ts';
import { type StepState, stepsOfRuns } from './attempt.ts';
import type { RunSettings, RunStatus, ScoresPlace } from './run.ts';
import { type RunSummary, summaryOf } from './run-summary.ts';
import { puttingBack, type StepName, stepNames } from './step-name.ts';
import type { Waiver } from './waivers.ts';

/** A run with everything that is known about it. Instants are ISO 8601. */
export interface RunWithSteps {
  id: string;
  asOf: string;
  input: string | null;
  status: RunStatus;
  /** Its steps, in the order of the pipeline. */
  consistsOf: StepName[];
  queuedAt: string | null;
  /** Null until it begins. */
  startedAt: string | null;
  finishedAt: string | null;
  error: string | null;
  engine: ComputingEngine;
  settings: RunSettings;
  /** Where its list of scores came from; null if nobody was filtered by reputation. */
  scores: ScoresPlace | null;
  /** What would have stopped it and was allowed. */
  allowed: Waiver[];
  /** Steps that have begun, in the order of the pipeline. */
  steps: StepState[];
  /** Its results so far. */
  summary: RunSummary;
}

/** The latest runs, the newest first; what a dry run has put back is not one that somebody asked for. */
export async function latestRuns(database: Database, last: number): Promise<RunWithSteps[]> {
  return withSteps(database, await database.query<RunRow>('sql/runs/list.sql', [last, null, puttingBack]));
}

/** The same of runs that have begun. */
export async function latestBegun(database: Database, last: number): Promise<RunWithSteps[]> {
  return withSteps(database, await database.query<RunRow>('sql/runs/begun.sql', [last, puttingBack]));
}

/** One run; undefined if there is none with this id. */
export async function runById(database: Database, id: string): Promise<RunWithSteps | undefined> {
  const rows = await database.query<RunRow>('sql/runs/list.sql', [1, id, puttingBack]);
  return (await withSteps(database, rows))[0];
}

interface RunRow {
  id: string;
  as_of: Date;
  input: string | null;
  status: RunStatus;
  steps: StepName[];
  queued_at: Date | null;
  started_at: Date;
  finished_at: Date | null;
  error: string | null;
  engine: ComputingEngine;
  settings: RunSettings;
  scores: ScoresPlace | null;
  allowed: Waiver[];
  summary: RunSummary;
}

async function withSteps(database: Database, rows: RunRow[]): Promise<RunWithSteps[]> {
  const states = await stepsOfRuns(
    database,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const begun = states.get(row.id) ?? [];
    const steps = stepNames.flatMap((name) => begun.filter((state) => state.name === name));
    return {
      id: row.id,
      asOf: row.as_of.toISOString(),
      input: row.input,
      status: row.status,
      consistsOf: row.steps,
      queuedAt: row.queued_at?.toISOString() ?? null,
      startedAt: row.status === 'queued' ? null : row.started_at.toISOString(),
      finishedAt: row.finished_at?.toISOString() ?? null,
      error: row.error,
      engine: row.engine,
      settings: row.settings,
      scores: row.scores,
      allowed: row.allowed,
      steps,
      // A run gets its summary at its end; one that was ended by a crash or `--give-up` only has those of its steps.
      summary: { ...summaryOf(steps), ...row.summary },
    };
  });
}
