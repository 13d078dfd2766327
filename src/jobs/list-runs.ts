import type { ComputingEngine } from '../config/settings.ts';
import type { CheckOutcome } from '../export/checks.ts';
import type { RowCounts } from '../export/published-tables.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { FileCount } from '../ingest/judge-file.ts';
import type { Database } from '../postgres/database.ts';
import { isOver, type RunStatus, type ScoresPlace } from './run.ts';
import type { PastLists, RunSummary } from './run-summary.ts';
import { latestRuns, type RunWithSteps, runById } from './runs-with-steps.ts';
import { settingsAsEnvironment } from './settings-as-environment.ts';
import { type StepName, stepNames } from './step-name.ts';
import type { Waiver } from './waivers.ts';

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
  engine: ComputingEngine;
  /** As variables KITH_…, those at their default included. */
  settings: Record<string, string>;
  /** Where its list of scores came from; null if nobody was filtered by reputation. */
  scores: ScoresPlace | null;
  /** What would have stopped it and was allowed. */
  allowed: Waiver[];
  /** What became of the lines of its files; null before it has read them. */
  files: FileCount[] | null;
  /** The file of rejected lines, which is kept for KITH_KEEP_RUNS_DAYS. */
  rejects: string | null;
  /** Of the tables that it published, or of a dry run would have. */
  rows: RowCounts | null;
  checks: CheckOutcome[] | null;
  /** What a dry run would change. */
  changes: RunSummary['changes'] | null;
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
  return (await latestRuns(database, last)).map(listed);
}

/** One run; undefined if there is none of this id. */
export async function listRun(database: Database, id: string): Promise<ListedRun | undefined> {
  const run = await runById(database, id);
  return run && listed(run);
}

function listed(run: RunWithSteps): ListedRun {
  const { id, input, status, queuedAt, startedAt, finishedAt, error, engine, scores, allowed, summary } = run;
  return {
    id,
    asOf: isoSeconds(Date.parse(run.asOf) / 1000),
    input,
    status,
    queuedAt,
    startedAt,
    finishedAt,
    error,
    engine,
    settings: settingsAsEnvironment(run.settings),
    scores,
    allowed,
    files: summary.files ?? null,
    rejects: summary.files?.some(({ rejected }) => rejected > 0) ? (summary.rejects ?? null) : null,
    rows: summary.rows ?? null,
    checks: summary.checks ?? null,
    changes: summary.changes ?? null,
    pastLists: summary.pastLists ?? null,
    steps: stepsShown(run),
  };
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
function stepsShown({ status: ofRun, consistsOf, steps }: RunWithSteps): ListedRun['steps'] {
  return stepNames.flatMap((name): ListedRun['steps'] => {
    const state = steps.find((each) => each.name === name);
    if (!state) return isOver(ofRun) || !consistsOf.includes(name) ? [] : [{ name, ...notBegun }];
    const { status, attempts, worker, startedAt, finishedAt, rows, error } = state;
    return [{ name, status, attempts, worker, startedAt: attempts === 0 ? null : startedAt, finishedAt, rows, error }];
  });
}
