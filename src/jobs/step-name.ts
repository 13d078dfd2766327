/** The steps of a run; `pipeline.ts` says what each needs and does. */
export const stepNames = ['ingest', 'closest', 'reputation', 'recommend', 'publish'] as const;
export type StepName = (typeof stepNames)[number];
