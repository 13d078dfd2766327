import type { Database } from '../export/database.ts';
import { stepsOfRuns } from './attempt.ts';
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
  /** In the order of the pipeline; those that have not begun are not there. */
  steps: {
    name: StepName;
    status: 'running' | 'waiting' | 'done' | 'failed';
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
      steps: pipeline.flatMap(({ name }) =>
        states
          .filter((state) => state.name === name)
          .map(({ status, attempts, worker, startedAt, finishedAt, rows, error }) => ({
            name,
            status,
            attempts,
            worker,
            startedAt: attempts === 0 ? null : startedAt,
            finishedAt,
            rows,
            error,
          })),
      ),
    };
  });
}
