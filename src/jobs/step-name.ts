/** The steps that runs may have; `pipeline.ts` says what each needs and does. */
export const stepNames = ['ingest', 'closest', 'reputation', 'recommend', 'compare', 'publish'] as const;
export type StepName = (typeof stepNames)[number];

const computing = ['ingest', 'closest', 'reputation', 'recommend'] as const;
/** A whole run, and one that shows what it would change instead of publishing it. */
export const wholeRun: readonly StepName[] = [...computing, 'publish'];
export const dryRun: readonly StepName[] = [...computing, 'compare'];
/** After a dry run: the lists and scores of the published run are computed again. No other run has just these steps. */
export const puttingBack: readonly StepName[] = ['closest', 'reputation'];

/** Whether what a run with these steps computes is held to what is published. */
export function isHeldToPublished(steps: readonly StepName[]): boolean {
  return steps.includes('publish') || steps.includes('compare');
}

/** The name under which `kith reset` writes to the graph. */
export const resetWriter = 'reset';

/** The name under which `kith forget` does. */
export const forgetWriter = 'forget';

/** Everybody who may write to the graph: a run that begins, and a reset, close it to all that went before. */
export const everyWriter: readonly string[] = [...stepNames, resetWriter, forgetWriter];
