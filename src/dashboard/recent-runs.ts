import { type StepState, stepsOfRuns } from '../jobs/attempt.ts';
import type { RunSettings, RunStatus } from '../jobs/run.ts';
import { type RunSummary, summaryOf } from '../jobs/run-summary.ts';
import { puttingBack, type StepName, stepNames } from '../jobs/step-name.ts';
import type { Database } from '../postgres/database.ts';

/** A step as the pages show it. */
export type DashboardStep = Omit<StepState, 'summary' | 'retryIn'>;

/** A run as the pages show it. Instants are ISO 8601. */
export interface DashboardRun {
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
  settings: RunSettings;
  /** Steps that have begun, in the order of the pipeline. */
  steps: DashboardStep[];
  /** Its results so far. */
  summary: RunSummary;
}

/** A queued run. */
export interface WaitingRun {
  id: string;
  asOf: string;
  input: string;
  queuedAt: string;
}

/** The latest runs that have begun, newest first; what a dry run has put back is not one that somebody asked for. */
export async function recentRuns(database: Database, last: number): Promise<DashboardRun[]> {
  return withSteps(database, await database.query<RunRow>('sql/runs/begun.sql', [last, puttingBack]));
}

/** One run; undefined if there is none with this id. */
export async function runById(database: Database, id: string): Promise<DashboardRun | undefined> {
  const [run] = await withSteps(database, await database.query<RunRow>('sql/runs/in-full.sql', [id]));
  return run;
}

/** The run that was published before another. */
export type RunBefore = Pick<DashboardRun, 'id' | 'asOf' | 'settings'>;

/** The run that was published before one began; undefined if there is none. */
export async function runBefore(database: Database, id: string): Promise<RunBefore | undefined> {
  const [row] = await database.query<Pick<RunRow, 'id' | 'as_of' | 'settings'>>('sql/runs/before.sql', [id]);
  return row && { id: row.id, asOf: row.as_of.toISOString(), settings: row.settings };
}

/** The next runs in the queue, and the number of all queued runs. */
export async function waitingRuns(database: Database, first: number): Promise<{ waiting: number; next: WaitingRun[] }> {
  const rows = await database.query<{ id: string; as_of: Date; input: string; queued_at: Date; waiting: number }>(
    'sql/runs/waiting.sql',
    [first],
  );
  const next = rows.map(({ id, as_of, input, queued_at }) => ({
    id,
    asOf: as_of.toISOString(),
    input,
    queuedAt: queued_at.toISOString(),
  }));
  return { waiting: rows[0]?.waiting ?? 0, next };
}

interface RunRow {
  id: string;
  as_of: Date;
  input: string | null;
  status: DashboardRun['status'];
  steps: StepName[];
  queued_at: Date | null;
  started_at: Date;
  finished_at: Date | null;
  error: string | null;
  settings: RunSettings;
  summary: RunSummary;
}

async function withSteps(database: Database, rows: RunRow[]): Promise<DashboardRun[]> {
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
      settings: row.settings,
      steps,
      // A run gets its summary at its end; one that was ended by a crash or `--give-up` only has those of its steps.
      summary: { ...summaryOf(steps), ...row.summary },
    };
  });
}
