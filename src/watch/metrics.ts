import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { columnsOf } from '../ingest/file-kinds.ts';
import { inputNamed } from '../ingest/file-names.ts';

/** The outcome of an attempt at a step. */
export type StepOutcome = 'done' | 'later' | 'failed' | 'void';

/** How a run ended. */
export type RunOutcome = 'published' | 'failed';

const outcomes: readonly StepOutcome[] = ['done', 'later', 'failed', 'void'];
const statuses: readonly RunOutcome[] = ['published', 'failed'];

/** In seconds: a step takes from 0.1 s on a tiny network up to KITH_STEP_LIMIT, by default 4 h. */
const stepBuckets = [0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400];
const runBuckets = [...stepBuckets, 28_800];

/**
 * A worker's metrics for Prometheus. Labels have few possible values and never a run's id, so the number of time series
 * stays constant.
 *
 * @example
 * const metrics = new Metrics(pipeline.map(({ name }) => name));
 * metrics.stepEnded({ step: 'ingest', outcome: 'done', seconds: 12.5, rows: 100_000 });
 * await metrics.registry.metrics();
 */
export class Metrics {
  /** Holds these metrics, and the default metrics of the process. */
  readonly registry = new Registry();
  readonly #registers = [this.registry];
  readonly #stepSeconds = new Histogram({
    name: 'kith_step_seconds',
    help: 'How long attempts at steps took, in seconds.',
    labelNames: ['step', 'outcome'],
    buckets: stepBuckets,
    registers: this.#registers,
  });
  readonly #steps = new Counter({
    name: 'kith_steps_total',
    help: 'Attempts at steps that ended.',
    labelNames: ['step', 'outcome'],
    registers: this.#registers,
  });
  readonly #stepRows = new Counter({
    name: 'kith_step_rows_total',
    help: 'Lines, users or rows that completed steps processed.',
    labelNames: ['step'],
    registers: this.#registers,
  });
  readonly #rejected = new Counter({
    name: 'kith_rejected_lines_total',
    help: 'Rejected lines of input files.',
    labelNames: ['file'],
    registers: this.#registers,
  });
  readonly #runSeconds = new Histogram({
    name: 'kith_run_seconds',
    help: 'How long runs took from start to end, in seconds.',
    labelNames: ['status'],
    buckets: runBuckets,
    registers: this.#registers,
  });
  readonly #runs = new Counter({
    name: 'kith_runs_total',
    help: 'Runs that this worker ended.',
    labelNames: ['status'],
    registers: this.#registers,
  });
  readonly #published = new Gauge({
    name: 'kith_run_published_timestamp_seconds',
    help: 'When the last run was published, in epoch seconds.',
    registers: this.#registers,
  });
  readonly #queue = new Gauge({
    name: 'kith_queue_runs',
    help: 'Runs that are queued, and runs that are running.',
    labelNames: ['status'],
    registers: this.#registers,
  });
  readonly #jobStoreTroubles = new Counter({
    name: 'kith_job_store_troubles_total',
    help: 'Errors of the job store.',
    registers: this.#registers,
  });
  #lastPublished = 0;

  /** @param steps the names of a run's steps */
  constructor(steps: readonly string[]) {
    collectDefaultMetrics({ register: this.registry });
    // Counters begin at 0, so that Prometheus sees the first failure as an increase.
    for (const outcome of outcomes) for (const step of steps) this.#steps.inc({ step, outcome }, 0);
    for (const status of statuses) this.#runs.inc({ status }, 0);
    // Not 0, or else an alert on its age would fire whenever a worker starts.
    this.#published.remove();
  }

  /**
   * An attempt at a step ended.
   *
   * @param end.rows what it processed, if it is done
   */
  stepEnded({ step, outcome, seconds, rows }: StepEnded): void {
    this.#stepSeconds.observe({ step, outcome }, seconds);
    this.#steps.inc({ step, outcome });
    if (rows !== undefined) this.#stepRows.inc({ step }, rows);
  }

  /**
   * A run ended.
   *
   * @param end.seconds from the run's start
   */
  runEnded({ status, seconds, at }: { status: RunOutcome; seconds: number; at: Date }): void {
    this.#runSeconds.observe({ status }, seconds);
    this.#runs.inc({ status });
    if (status === 'published') this.lastPublished(at);
  }

  /** Sets when the last run was published, by any worker; an earlier instant than the current one is ignored. */
  lastPublished(at: Date): void {
    this.#lastPublished = Math.max(this.#lastPublished, at.getTime() / 1000);
    this.#published.set(this.#lastPublished);
  }

  /**
   * Counts rejected lines of an input file under the plain name of its kind, whatever its form and part. One that only a
   * mapping names counts as `other`, so that input can't add time series.
   */
  rejected(file: string, lines: number): void {
    const kind = inputNamed(file)?.kind;
    const isKnown = kind !== undefined && Object.hasOwn(columnsOf, kind);
    this.#rejected.inc({ file: isKnown ? `${kind}.${kind === 'messages' ? 'jsonl' : 'csv'}` : 'other' }, lines);
  }

  /** Sets how many runs are queued and running now. */
  queue({ queued, running }: { queued: number; running: number }): void {
    this.#queue.set({ status: 'queued' }, queued);
    this.#queue.set({ status: 'running' }, running);
  }

  /** Counts an error of the job store. */
  jobStoreTrouble(): void {
    this.#jobStoreTroubles.inc();
  }
}

export interface StepEnded {
  step: string;
  outcome: StepOutcome;
  seconds: number;
  rows?: number;
}
