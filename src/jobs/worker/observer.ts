import { messageOf } from '../../errors.ts';
import { ProgressWords, type Report } from '../../progress.ts';
import { withoutSecrets } from '../../secrets.ts';
import type { Log } from '../../watch/log.ts';
import type { Metrics, RunOutcome } from '../../watch/metrics.ts';
import type { Traces } from '../../watch/traces.ts';
import { workerName } from '../attempt.ts';
import type { StepEnd } from '../perform-step.ts';
import type { Run } from '../run.ts';
import type { RunSummary } from '../run-summary.ts';
import type { StepName } from '../step-name.ts';
import { RunTeller } from '../tell-run.ts';

/** Milliseconds between two log lines about the progress of a step. */
const reportEveryMs = 30_000;

/** Reports what a worker does to the log, the logs of runs, Prometheus and OpenTelemetry. */
export class Observer {
  readonly #log: Log;
  readonly #teller: RunTeller;
  readonly #metrics: Metrics;
  readonly #traces: Traces;

  /** @param runLog gets what is logged of a run once more */
  constructor(log: Log, runLog: Log, metrics: Metrics, traces: Traces) {
    this.#log = log;
    this.#teller = new RunTeller(log, runLog);
    this.#metrics = metrics;
    this.#traces = traces;
  }

  runQueued(run: string, input: string): void {
    this.#teller.tell('info', { run, input }, 'run queued');
  }

  queue({ queued, running, publishedAt }: { queued: number; running: number; publishedAt: Date | undefined }): void {
    this.#metrics.queue({ queued, running });
    if (publishedAt) this.#metrics.lastPublished(publishedAt);
  }

  stepBegins(run: Run, step: StepName): void {
    this.#teller.stepBegins(run.id, step);
  }

  /** Logs the progress of a step, one line every half minute. */
  reportOf(run: Run, step: StepName): Report {
    let last = performance.now();
    const words = new ProgressWords();
    return (reported) => {
      const progress = words.of(reported);
      if (performance.now() - last < reportEveryMs) return;
      last = performance.now();
      this.#teller.tell('info', { run: run.id, step, progress }, 'step goes on');
    };
  }

  stepEnded(
    run: Run,
    step: StepName,
    { startedAt, seconds }: { startedAt: Date; seconds: number },
    end: StepEnd,
  ): void {
    const { kind: outcome, attempt } = end;
    const rows = end.kind === 'done' ? end.rows : undefined;
    const why = 'error' in end ? withoutSecrets(messageOf(end.error)) : undefined;
    const isError = end.kind === 'failed' || (end.kind === 'later' && end.isFailure);
    const level = end.kind === 'failed' ? 'error' : isError ? 'warn' : 'info';
    this.#teller.stepEnded(outcome, level, { run: run.id, step, attempt, seconds, rows, why });
    this.#metrics.stepEnded({ step, outcome, seconds, rows });
    if (end.kind === 'done' && step === 'ingest')
      for (const { file, rejected } of end.summary.files ?? []) this.#metrics.rejected(file, rejected);
    const worker = workerName();
    const error = isError ? why : undefined;
    this.#traces.stepEnded({ run: run.id, step, attempt, worker, startedAt, outcome, rows, error });
  }

  /** To be called only by the worker that ended the run. */
  runEnded(run: Run, status: RunOutcome, error?: string): void {
    const startedAt = new Date(run.startedAt);
    const at = new Date();
    // Postgres' clock may be ahead of this one.
    const seconds = Math.max(0, at.getTime() - startedAt.getTime()) / 1000;
    this.#teller.runEnded(status, { run: run.id, seconds, why: error });
    this.#metrics.runEnded({ status, seconds, at });
    this.#traces.runEnded({ run: run.id, startedAt, endedAt: at, status, error });
  }

  /** Reports the work that is done after a run is published. */
  afterPublish(run: Run, { pastLists, removed, leftUndone }: RunSummary, seconds: number): void {
    const level = leftUndone ? 'warn' : 'info';
    this.#teller.tell(level, { run: run.id, seconds, pastLists, removed, leftUndone }, 'after the publish');
  }

  /** Something about the queue could not be looked after. */
  lookFailed(error: unknown): void {
    this.#log.warn({ error }, 'queue');
  }

  /**
   * A job that can't be done: it names no run that is there, or no step of one.
   *
   * @param of the run it names, or else the job's own id
   */
  strangeJob(of: string, job: string): void {
    this.#log.warn({ job, of }, 'a job that is malformed or names no known run was removed from the job store');
  }

  /**
   * The error names the setting.
   *
   * @param run undefined if the runs that have ended could not even be read
   */
  hookFailed(run: string | undefined, error: unknown): void {
    this.#teller.tell('warn', { run, error }, 'a hook did not succeed');
  }
}
