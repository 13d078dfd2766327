import { Random } from '../random.ts';

/** A mean over users, and the interval in which 95 % of the draws' means lie. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

const draws = 1000;
/** 2.5 % of the draws lie below the interval, and 2.5 % above it. */
const outside = draws * 0.025;

/**
 * Estimates the means of several series over the same users: 1,000 times as many users as there are are drawn, with
 * repetition, the same for every series; so differences of series can be series themselves.
 *
 * @param series values by user; all of one length
 * @param seed of what is drawn
 */
export function estimates(series: readonly ArrayLike<number>[], seed: number): Estimate[] {
  const users = series[0]?.length ?? 0;
  if (users === 0) return series.map(() => ({ mean: Number.NaN, low: Number.NaN, high: Number.NaN }));
  const random = new Random(seed, 'bootstrap');
  const drawn = series.map((values) => ({ values, means: new Float64Array(draws) }));
  const times = new Uint32Array(users);
  for (let draw = 0; draw < draws; draw++) {
    times.fill(0);
    for (let i = 0; i < users; i++) {
      const user = random.below(users);
      times[user] = (times[user] as number) + 1;
    }
    for (const { values, means } of drawn) means[draw] = weightedSum(values, times) / users;
  }
  const once = new Uint32Array(users).fill(1);
  return drawn.map(({ values, means }) => {
    means.sort();
    return {
      mean: weightedSum(values, once) / users,
      low: means[outside] as number,
      high: means[draws - 1 - outside] as number,
    };
  });
}

function weightedSum(values: ArrayLike<number>, times: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < times.length; i++) sum += (times[i] as number) * (values[i] as number);
  return sum;
}
