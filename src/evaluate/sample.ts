import { Random } from '../random.ts';
import { compareIds, type UserId } from '../user-id.ts';

/**
 * At most `most` of the users, ascending; the same for the same seed and set of users.
 *
 * @param users ascending
 * @param name keeps samples of one seed independent of each other
 */
export function sampleOf<Id extends UserId>(users: readonly Id[], most: number, seed: number, name: string): Id[] {
  if (users.length <= most) return [...users];
  const order = new Random(seed, `sample ${name}`).permutation(users.length);
  return [...order.subarray(0, most)].map((place) => users[place] as Id).sort(compareIds);
}
