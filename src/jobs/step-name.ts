/** The steps of a run; `pipeline.ts` says what each needs and does. */
export const stepNames = ['ingest', 'closest', 'reputation', 'recommend', 'publish'] as const;
export type StepName = (typeof stepNames)[number];

/** The name under which `kith reset` writes to the graph. */
export const resetWriter = 'reset';

/** The name under which `kith forget` does. */
export const forgetWriter = 'forget';

/** Everybody who may write to the graph: a run that begins, and a reset, close it to all that went before. */
export const everyWriter: readonly string[] = [...stepNames, resetWriter, forgetWriter];
