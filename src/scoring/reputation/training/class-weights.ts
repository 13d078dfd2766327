import type { UserId } from '../../../user-id.ts';
import type { Texts } from './texts.ts';

/**
 * How much each user-week counts in training: good and other weeks count as if there were equally many, although only 2
 * % may be good, and a user's n weeks count √n together, so that users who write every week don't drown out those who
 * write now and then.
 */
export function weekWeights(texts: Texts): Float32Array {
  const weeks = new Map<UserId, number>();
  for (const user of texts.users) weeks.set(user, (weeks.get(user) ?? 0) + 1);
  const weights = Float32Array.from(texts.users, (user) => 1 / Math.sqrt(weeks.get(user) as number));
  const sums = { good: 0, other: 0 };
  for (const [i, weight] of weights.entries()) sums[texts.isGood[i] ? 'good' : 'other'] += weight;
  return weights.map((weight, i) => (weight * texts.size) / 2 / (texts.isGood[i] ? sums.good : sums.other));
}
