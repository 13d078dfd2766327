import type { RunStatus, StepOutcome } from './metrics.ts';

/** An attempt at a step that came to an end. */
export interface StepSpan {
  /** The run's id. */
  run: string;
  step: string;
  /** Of this step of the run, the first is 1. */
  attempt?: number;
  /** Host and process. */
  worker: string;
  startedAt: Date;
  /** Now, unless it is given. */
  endedAt?: Date;
  outcome: StepOutcome;
  /** What it dealt with. */
  rows?: number;
  /** Why it failed: the span is then one of an error. */
  error?: string;
}

/** A run that came to an end. */
export interface RunSpan {
  /** The run's id. */
  run: string;
  startedAt: Date;
  /** Now, unless it is given. */
  endedAt?: Date;
  status: RunStatus;
  /** Why it failed. */
  error?: string;
}

/**
 * What a worker tells OpenTelemetry. Every run is one trace, whichever workers do its steps. Nothing here throws or waits;
 * disposing sends what is left, for a few seconds at most.
 */
export interface Traces extends AsyncDisposable {
  /** The span `step <name>`, a child of the run's. */
  stepEnded(span: StepSpan): void;
  /** The span `run`, the root; for the one worker that ended it. */
  runEnded(span: RunSpan): void;
}
