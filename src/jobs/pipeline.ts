import type { Report } from '../progress.ts';
import type { StepState } from './attempt.ts';
import type { RunContext } from './run-context.ts';
import type { StepName } from './step-name.ts';
import { closest } from './steps/closest.ts';
import { compare } from './steps/compare.ts';
import { ingest } from './steps/ingest.ts';
import { publishStep } from './steps/publish.ts';
import { recommendStep } from './steps/recommend.ts';
import { reputation } from './steps/reputation.ts';

/**
 * A step of the run. It is idempotent: interrupted anywhere and done again, it leaves what it would have left at once.
 */
export interface Step {
  name: StepName;
  /** Those that must be done first. */
  needs: readonly StepName[];
  /** What it does, for a person. */
  title: string;
  work(context: RunContext, report: Report): Promise<void>;
}

/** The run. Steps whose needs are met go side by side. */
export const pipeline: readonly Step[] = [
  { name: 'ingest', needs: [], title: "Ingest: the day's folder into the graph", work: ingest },
  { name: 'closest', needs: ['ingest'], title: "Closest: everybody's 50 closest connections", work: closest },
  {
    name: 'reputation',
    needs: ['ingest'],
    title: "Reputation: the run's list of scores onto the graph",
    work: reputation,
  },
  {
    name: 'recommend',
    needs: ['closest', 'reputation'],
    title: 'Recommend: whom to follow next, and because of whom',
    work: recommendStep,
  },
  {
    name: 'compare',
    needs: ['recommend'],
    title: 'Compare: check the tables, and what they would change',
    work: compare,
  },
  { name: 'publish', needs: ['recommend'], title: 'Publish: check and show the tables', work: publishStep },
];

/**
 * The steps of a run that may begin: they are not done, but those of their needs that the run has are. A step under way
 * is among them, since its worker may have died, and so is one that failed, whose worker died before it could end the
 * run.
 *
 * @param states of the steps that have begun
 */
export function readySteps(steps: readonly StepName[], states: readonly Pick<StepState, 'name' | 'status'>[]): Step[] {
  const statusOf = (name: StepName) => states.find((state) => state.name === name)?.status;
  return pipeline.filter(({ name, needs }) => {
    if (!steps.includes(name) || statusOf(name) === 'done') return false;
    return needs.every((need) => !steps.includes(need) || statusOf(need) === 'done');
  });
}
