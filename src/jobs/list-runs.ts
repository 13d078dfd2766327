import { isoSeconds } from '../ingest/instant.ts';
import type { Database } from '../postgres/database.ts';
import { type StepState, stepsOfRuns } from './attempt.ts';
import { isOver, type RunStatus } from './run.ts';
import type { PastLists } from './run-summary.ts';
import { type StepName, stepNames } from './step-name.ts';

/** A run as `kith runs --json` shows it. */
export interface ListedRun {
  id: string;
  /** ISO 8601. */
  asOf: string;
  input: string | null;
  status: RunStatus;
  queuedAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  error: string | null;
  /** What earlier recommendations had come to; null if nothing was judged. */
  pastLists: PastLists | null;
  /** In the order of the pipeline; of a run that is over, those that were begun. */
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
    status: RunStatus;
    steps: StepName[];
    queued_at: Date | null;
    started_at: Date;
    finished_at: Date | null;
    error: string | null;
    past_lists: PastLists | null;
  }>('sql/runs/list.sql', [last]);
  const steps = await stepsOfRuns(
    database,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const states = steps.get(row.id) ?? [];
    return {
      id: row.id,
      asOf: isoSeconds(row.as_of.getTime() / 1000),
      input: row.input,
      status: row.status,
      queuedAt: row.queued_at?.toISOString() ?? null,
      startedAt: row.status === 'queued' ? null : row.started_at.toISOString(),
      finishedAt: row.finished_at?.toISOString() ?? null,
      error: row.error,
      pastLists: row.past_lists,
      steps: stepsShown(row, states),
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

/** Of a run that is not over, also those that have not begun. */
function stepsShown(
  { status: ofRun, steps }: { status: RunStatus; steps: readonly StepName[] },
  states: readonly StepState[],
): ListedRun['steps'] {
  return stepNames.flatMap((name): ListedRun['steps'] => {
    const state = states.find((each) => each.name === name);
    if (!state) return isOver(ofRun) || !steps.includes(name) ? [] : [{ name, ...notBegun }];
    const { status, attempts, worker, startedAt, finishedAt, rows, error } = state;
    return [{ name, status, attempts, worker, startedAt: attempts === 0 ? null : startedAt, finishedAt, rows, error }];
  });
}
