import type { RunContext } from './run-context.ts';

export type StepName = 'ingest' | 'closest' | 'reputation' | 'recommend' | 'publish';

/** Tells how far a step is: what, how much, how fast, how long still. */
export type Report = (text: string) => void;

/** Work that can be shown while it is done. */
export interface Conducted {
  name: string;
  /** The names of those that must be done first. */
  needs: readonly string[];
  /** What it does, for a person. */
  title: string;
}

/** Does the steps in an order that their needs allow, showing how far each is. */
export type Conductor = <Item extends Conducted>(
  steps: readonly Item[],
  work: (step: Item, report: Report) => Promise<void>,
) => Promise<void>;

/** A step of the run. It is idempotent: broken off anywhere and done again, it leaves what it would have left at once. */
export interface Step extends Conducted {
  name: StepName;
  needs: readonly StepName[];
  work(context: RunContext, report: Report): Promise<void>;
}
