import type { RunContext } from './run-context.ts';

export type StepName = 'ingest' | 'closest' | 'reputation' | 'recommend' | 'publish';

/** Tells how far a step is: what, how much, how fast, how long still. */
export type Report = (text: string) => void;

/** A step of the run. It is idempotent: broken off anywhere and done again, it leaves what it would have left at once. */
export interface Step {
  name: StepName;
  /** The steps that must be done first. */
  needs: readonly StepName[];
  /** What it does, for a person. */
  title: string;
  work(context: RunContext, report: Report): Promise<void>;
}
