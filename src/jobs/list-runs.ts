import type { Database } from '../postgres/database.ts';
import { type StepState, stepsOfRuns } from './attempt.ts';
import { pipeline } from './pipeline.ts';
import type { StepName } from './step.ts';

/** A run as `kith runs --json` shows it. */
export interface ListedRun {
  id: string;
  /** ISO 8601. */
  asOf: string;
  input: string | null;
  status: 'queued' | 'running' | 'published' | 'failed';
  queuedAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  error: string | null;
  /** In the order of the pipeline; of a run that is over those that were begun. */
  steps: {
    name: StepName;
    /** `queued`: it has not begun; `waiting`: it will be tried again. */
    status: 'queued' | 'running' | 'waiting' | 'done' | 'failed';
    attempts: number;
    worker: string | null;
    startedAt: string | null;
    finishedAt: string | null;
    rows: number | null;
    error: string | null;
  }[];
}

/** The latest runs, the newest first. */
export async function listRuns(database: Database, last: number): Promise<ListedRun[]> {
  const rows = await database.query<{
    id: string;
    as_of: Date;
    input: string | null;
    status: ListedRun['status'];
    queued_at: Date | null;
    started_at: Date;
    finished_at: Date | null;
    error: string | null;
  }>('sql/runs/list.sql', [last]);
  const steps = await stepsOfRuns(
    database,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const states = steps.get(row.id) ?? [];
    return {
      id: row.id,
      asOf: row.as_of.toISOString().replace('.000Z', 'Z'),
      input: row.input,
      status: row.status,
      queuedAt: row.queued_at?.toISOString() ?? null,
      startedAt: row.status === 'queued' ? null : row.started_at.toISOString(),
      finishedAt: row.finished_at?.toISOString() ?? null,
      error: row.error,
      steps: stepsShown(row.status, states),
    };
  });
}

/** As a step shows that has not begun. */
const notBegun = {
  status: 'queued',
  attempts: 0,
  worker: null,
  startedAt: null,
  finishedAt: null,
  rows: null,
  error: null,
} as const;

/** Of a run that is not over those steps too that have not begun. */
function stepsShown(run: ListedRun['status'], states: readonly StepState[]): ListedRun['steps'] {
  const isOver = run === 'published' || run === 'failed';
  return pipeline.flatMap(({ name }): ListedRun['steps'] => {
    const state = states.find((each) => each.name === name);
    if (!state) return isOver ? [] : [{ name, ...notBegun }];
    const { status, attempts, worker, startedAt, finishedAt, rows, error } = state;
    return [{ name, status, attempts, worker, startedAt: attempts === 0 ? null : startedAt, finishedAt, rows, error }];
  });
}
