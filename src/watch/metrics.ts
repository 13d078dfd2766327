import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What became of an attempt at a step. */
export type StepOutcome = 'done' | 'later' | 'failed' | 'void';

/** How a run ended. */
export type RunStatus = 'published' | 'failed';

const outcomes: readonly StepOutcome[] = ['done', 'later', 'failed', 'void'];
const statuses: readonly RunStatus[] = ['published', 'failed'];

/** Seconds: a step takes a tenth of one on a hand-made network, and up to KITH_STEP_LIMIT, 4 h. */
const stepBuckets = [0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400];
const runBuckets = [...stepBuckets, 28_800];

/** The input's files by their names without `.gz`; anything else is `other`, so that no input can add series. */
const files = new Set(['follow.csv', 'reply.csv', 'mention.csv', 'like.csv', 'user.csv', 'messages.jsonl']);

/**
 * What a worker tells Prometheus. Labels are names from short lists, never a run's id: a year of runs has as many series as a day.
 *
 * @example
 * const metrics = new Metrics(pipeline.map(({ name }) => name));
 * metrics.stepEnded({ step: 'ingest', outcome: 'done', seconds: 12.5, rows: 100_000 });
 * await metrics.registry.metrics();
 */
export class Metrics {
  /** Of these metrics alone, and those of the process under their usual names. */
  readonly registry = new Registry();
  readonly #registers = [this.registry];
  readonly #stepSeconds = new Histogram({
    name: 'kith_step_seconds',
    help: 'How long attempts at steps took.',
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
    help: 'What steps that are done dealt with: lines, users or rows.',
    labelNames: ['step'],
    registers: this.#registers,
  });
  readonly #rejected = new Counter({
    name: 'kith_rejected_lines_total',
    help: 'Bad lines of the input.',
    labelNames: ['file'],
    registers: this.#registers,
  });
  readonly #runSeconds = new Histogram({
    name: 'kith_run_seconds',
    help: 'How long runs took, from their start to their end.',
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
    help: 'When a run was last published, in epoch seconds.',
    registers: this.#registers,
  });
  readonly #queue = new Gauge({
    name: 'kith_queue_runs',
    help: 'Runs that wait, and that are under way.',
    labelNames: ['status'],
    registers: this.#registers,
  });
  readonly #jobStoreTroubles = new Counter({
    name: 'kith_job_store_troubles_total',
    help: 'Errors of the store of jobs.',
    registers: this.#registers,
  });
  #lastPublished = 0;

  /** @param steps the names of the run's steps */
  constructor(steps: readonly string[]) {
    collectDefaultMetrics({ register: this.registry });
    // A counter that begins at 1 has no increase: the first failure has to be seen, too.
    for (const outcome of outcomes) for (const step of steps) this.#steps.inc({ step, outcome }, 0);
    for (const status of statuses) this.#runs.inc({ status }, 0);
    // Not 0: an alert on its age would go off whenever a worker starts.
    this.#published.remove();
  }

  /**
   * An attempt at a step came to an end.
   *
   * @param end.rows what it dealt with, if it is done
   */
  stepEnded({ step, outcome, seconds, rows }: StepEnded): void {
    this.#stepSeconds.observe({ step, outcome }, seconds);
    this.#steps.inc({ step, outcome });
    if (rows !== undefined) this.#stepRows.inc({ step }, rows);
  }

  /**
   * A run came to an end.
   *
   * @param end.seconds from the run's start
   */
  runEnded({ status, seconds, at }: { status: RunStatus; seconds: number; at: Date }): void {
    this.#runSeconds.observe({ status }, seconds);
    this.#runs.inc({ status });
    if (status === 'published') this.lastPublished(at);
  }

  /** When a run was last published, by whichever worker; an instant earlier than one already told changes nothing. */
  lastPublished(at: Date): void {
    this.#lastPublished = Math.max(this.#lastPublished, at.getTime() / 1000);
    this.#published.set(this.#lastPublished);
  }

  /** Bad lines of a file of the input, which may end in `.gz`. */
  rejected(file: string, lines: number): void {
    const name = file.replace(/\.gz$/, '');
    this.#rejected.inc({ file: files.has(name) ? name : 'other' }, lines);
  }

  /** How many runs wait and are under way now. */
  queue({ queued, running }: { queued: number; running: number }): void {
    this.#queue.set({ status: 'queued' }, queued);
    this.#queue.set({ status: 'running' }, running);
  }

  /** The store of jobs had an error. */
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
