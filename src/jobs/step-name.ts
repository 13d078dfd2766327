/** The steps of a run; `pipeline.ts` says what each needs and does. */
export const stepNames = ['ingest', 'closest', 'reputation', 'recommend', 'publish'] as const;
export type StepName = (typeof stepNames)[number];

/** Tells how far a step is: what it does, how much, how fast, and how long it still takes. */
export type Report = (text: string) => void;
