import { StaleAttemptError } from '../errors.ts';

/**
 * Keeps late writers out: only the attempt with the largest token may write for its step. A worker that lost its lock and wakes up
 * late finds its token outdated, in the very transaction that would have written.
 */
export interface Fence {
  step: string;
  /** From the sequence kith.step_token: larger than any before. */
  token: bigint;
  /** The steps of which nothing earlier may write from now on: its own, and at the begin of a run all. */
  closes: readonly string[];
}

/** Writing transactions of one step at a time; as many as there may be sessions side by side. */
export const placesOfStep = 64;

/** The places of steps, one for each writing transaction at a time. */
export function places(steps: readonly string[]): string[] {
  return steps.flatMap((step) => Array.from({ length: placesOfStep }, (_, i) => placeOf(step, i)));
}

export function placeOf(step: string, i: number): string {
  return `${step} ${i}`;
}

export function staleAttempt(step: string): StaleAttemptError {
  return new StaleAttemptError(`Another attempt at ${step} has begun since; this one may not write any more.`);
}
