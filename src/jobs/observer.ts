import type { Log } from '../watch/log.ts';
import type { Metrics, RunStatus } from '../watch/metrics.ts';
import type { Traces } from '../watch/traces.ts';
import { workerName } from './attempt.ts';
import type { StepEnd } from './conduct-step.ts';
import type { QueuedRun } from './queue.ts';
import type { RunSummary } from './run-context.ts';
import type { Report, StepName } from './step.ts';

/** Milliseconds between two lines of the log on how far a step is. */
const reportEveryMs = 30_000;

/** Tells the log, Prometheus and OpenTelemetry what a worker does. */
export class Observer {
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #traces: Traces;

  constructor(log: Log, metrics: Metrics, traces: Traces) {
    this.#log = log;
    this.#metrics = metrics;
    this.#traces = traces;
  }

  runQueued(run: string, input: string): void {
    this.#log.info({ run, input }, 'run queued');
  }

  queue({ queued, running, publishedAt }: { queued: number; running: number; publishedAt: Date | undefined }): void {
    this.#metrics.queue({ queued, running });
    if (publishedAt) this.#metrics.lastPublished(publishedAt);
  }

  stepBegins(run: QueuedRun, step: StepName): void {
    this.#log.info({ run: run.id, step }, 'step begins');
  }

  /** How far a step is: every half minute a line. */
  reportOf(run: QueuedRun, step: StepName): Report {
    let last = Date.now();
    return (progress) => {
      if (Date.now() - last < reportEveryMs) return;
      last = Date.now();
      this.#log.info({ run: run.id, step, progress }, 'step goes on');
    };
  }

  stepEnded(run: QueuedRun, step: StepName, startedAt: Date, end: StepEnd): void {
    const { kind: outcome, attempt } = end;
    const seconds = (Date.now() - startedAt.getTime()) / 1000;
    const rows = end.kind === 'done' ? end.rows : undefined;
    const why = 'why' in end ? end.why : undefined;
    const isError = end.kind === 'failed' || (end.kind === 'later' && end.isError);
    const level = end.kind === 'failed' ? 'error' : isError ? 'warn' : 'info';
    this.#log[level]({ run: run.id, step, attempt, seconds, rows, why }, `step ${outcome}`);
    this.#metrics.stepEnded({ step, outcome, seconds, rows });
    if (end.kind === 'done' && step === 'ingest')
      for (const { file, rejected } of end.summary.files ?? []) this.#metrics.rejected(file, rejected);
    const worker = workerName();
    const error = isError ? why : undefined;
    this.#traces.stepEnded({ run: run.id, step, attempt, worker, startedAt, outcome, rows, error });
  }

  /** For the one worker that ended it. */
  runEnded(run: QueuedRun, status: RunStatus, error?: string): void {
    const startedAt = new Date(run.startedAt);
    const at = new Date();
    const seconds = (at.getTime() - startedAt.getTime()) / 1000;
    this.#log[status === 'failed' ? 'error' : 'info']({ run: run.id, seconds, why: error }, `run ${status}`);
    this.#metrics.runEnded({ status, seconds, at });
    this.#traces.runEnded({ run: run.id, startedAt, endedAt: at, status, error });
  }

  /** What is left to do of a run once it is published. */
  afterPublish(run: QueuedRun, { removed, leftUndone }: RunSummary, seconds: number): void {
    this.#log[leftUndone ? 'warn' : 'info']({ run: run.id, seconds, removed, leftUndone }, 'after the publish');
  }

  /** @param run undefined if it is not even known which */
  nobodyTold(run: string | undefined, error: unknown): void {
    this.#log.warn({ run, error }, 'nobody was told of the run that failed');
  }
}
