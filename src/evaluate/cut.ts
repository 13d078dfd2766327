import { BadInputError } from '../errors.ts';
import { parseInstant } from '../ingest/instant.ts';

/** A share of whole numbers, exactly: 0.8 is 8 of 10. */
export interface Share {
  of: bigint;
  all: bigint;
}

/** Where the past ends: at an instant (epoch seconds), or at that of an activity that is not known yet. */
export type CutPlace = { at: number } | { quantile: Share };

/**
 * The cut that --cut or --cut-quantile asks for.
 *
 * @throws BadInputError naming the option that is wrong
 */
export function cutPlaceOf(cut: string | undefined, quantile: string | undefined): CutPlace {
  if (cut !== undefined && quantile !== undefined)
    throw new BadInputError('--cut and --cut-quantile contradict each other: give one of them.');
  if (cut !== undefined) {
    const at = parseInstant(cut);
    if (at === undefined) throw new BadInputError(`--cut should be a time such as 2012-07-06T00:00:00Z, not "${cut}".`);
    return { at };
  }
  const [, decimals] = /^0?\.(\d{1,9})$/.exec(quantile ?? '0.8') ?? [];
  if (decimals === undefined || Number(decimals) === 0)
    throw new BadInputError(`--cut-quantile should be a decimal between 0 and 1 such as 0.8, not "${quantile}".`);
  return { quantile: { of: BigInt(decimals), all: 10n ** BigInt(decimals.length) } };
}

/** ceil(share · count): the number of the activity, from 1, at which a quantile lies; exact, which 0.07 · 100 is not. */
export function placeOfQuantile({ of, all }: Share, count: number): number {
  return Number((of * BigInt(count) + all - 1n) / all);
}
