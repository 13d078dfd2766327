import type { RunOutcome, StepOutcome } from './metrics.ts';

/** An attempt at a step that ended. */
export interface StepSpan {
  /** The run's id. */
  run: string;
  step: string;
  /** The number of the attempt at this step of the run, from 1. */
  attempt?: number;
  /** Host and process. */
  worker: string;
  startedAt: Date;
  /** Defaults to now. */
  endedAt?: Date;
  outcome: StepOutcome;
  /** How many lines, users or rows it processed. */
  rows?: number;
  /** Why it failed; the span's status is then error. */
  error?: string;
}

/** A run that ended. */
export interface RunSpan {
  /** The run's id. */
  run: string;
  startedAt: Date;
  /** Defaults to now. */
  endedAt?: Date;
  status: RunOutcome;
  /** Why it failed. */
  error?: string;
}

/**
 * A worker's traces for OpenTelemetry. Every run is one trace, whichever workers do its steps. Nothing here throws or
 * blocks. Disposing sends the remaining spans, which takes a few seconds at most.
 */
export interface Traces extends AsyncDisposable {
  /** Records the span `step <name>`, a child of the run's span. */
  stepEnded(span: StepSpan): void;
  /** Records the root span `run`; called only by the worker that ended the run. */
  runEnded(span: RunSpan): void;
}
