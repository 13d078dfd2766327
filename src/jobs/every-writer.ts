import { stepNames } from './step-name.ts';

/** The name under which `kith reset` writes to the graph. */
export const resetWriter = 'reset';

/** Whoever may write to the graph: a run that begins, and a reset, close all of it to what went before. */
export const everyWriter: readonly string[] = [...stepNames, resetWriter];
