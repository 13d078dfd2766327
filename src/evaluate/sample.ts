import { Random } from '../random.ts';

/**
 * At most `most` of the users, ascending; the same for the same seed and set of users.
 *
 * @param users ascending
 * @param name keeps samples of one seed independent of each other
 */
export function sampleOf(users: readonly number[], most: number, seed: number, name: string): number[] {
  if (users.length <= most) return [...users];
  const order = new Random(seed, `sample ${name}`).permutation(users.length);
  return [...order.subarray(0, most)].map((place) => users[place] as number).sort((a, b) => a - b);
}
