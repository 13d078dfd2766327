import type { Weighting } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { days, several } from '../figures.ts';

/** Whole numbers have 64 bits in Neo4j, Java and Postgres. */
const beyondAll = 2n ** 63n;

/**
 * Judges whether the weights of so many activities can be added up exactly, even if all of them were one edge's and as
 * recent as can be.
 *
 * @throws BadInputError if a sum could be too large
 */
export function judgeSums(
  { bases, decay, windowSeconds }: Pick<Weighting, 'bases' | 'decay' | 'windowSeconds'>,
  activities: number,
): void {
  const [name, base] = Object.entries(bases).reduce((most, each) => (each[1] > most[1] ? each : most));
  // Thousandths of seconds, which recent engagement is always added up in, or units of 1e-9: 1e6 for each thousandth.
  const perBase = decay.kind === 'exponential' ? Math.max(windowSeconds, 1_000_000) : windowSeconds;
  if (BigInt(activities) * BigInt(base) * BigInt(perBase) < beyondAll) return;
  throw new BadInputError(
    `With KITH_BASE_${name.toUpperCase()}=${base / 1000} and a window of ${days(windowSeconds)}, the weights of ` +
      `${several(activities, 'activity', 'activities')} could add up to more than whole numbers of 64 bits hold, which would not be exact: ` +
      'set lower bases (only how they compare matters), or KITH_WINDOW_DAYS to less.',
  );
}
