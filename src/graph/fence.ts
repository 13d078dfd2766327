import { StaleAttemptError } from '../errors.ts';

/**
 * Keeps late writers out: only the attempt with the largest token may write for its step. A worker that lost its lock
 * and wakes up late finds its token outdated, or its transaction terminated. See docs/decisions/0011-fences.md.
 */
export interface Fence {
  step: string;
  /** From the sequence kith.step_token: larger than any before. */
  token: bigint;
  /** The steps for which nothing earlier may write from now on: its own, and at the begin of a run all. */
  closes: readonly string[];
}

/** @param latest the later attempt's token */
export function staleAttempt(step: string, latest: bigint | null | undefined): StaleAttemptError {
  return new StaleAttemptError(
    `Another attempt at ${step} has begun since; this one may not write any more.`,
    latest ?? undefined,
  );
}
