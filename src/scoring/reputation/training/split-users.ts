import { BadInputError } from '../../../errors.ts';
import { several } from '../../../figures.ts';
import { Random } from '../../../random.ts';
import { compareIds, type UserId } from '../../../user-id.ts';

/** What a labelled user is used for: to learn from, to stop training in time, or to judge the final model. */
export type Part = 'training' | 'validation' | 'test';

/** Shares of the labelled users of each kind; the rest is used for training. */
const testShare = 0.2;
const validationShare = 0.12;
/** The minimum of each kind, so that every part has some of both. */
const leastUsers = 5;

/**
 * Splits by user, so that all weeks of an account are in one part. Good users and others are split separately, so that
 * each part has its share of the few good ones.
 *
 * @throws BadInputError if there are too few of one kind
 */
export function splitUsers(labels: ReadonlyMap<UserId, boolean>, seed: number): Map<UserId, Part> {
  const parts = new Map<UserId, Part>();
  for (const kind of [true, false]) {
    const users = [...labels].filter(([, isGood]) => isGood === kind).map(([userId]) => userId);
    users.sort(compareIds);
    if (users.length < leastUsers)
      throw new BadInputError(
        `Training needs at least ${leastUsers} users labelled good and ${leastUsers} labelled otherwise; ` +
          `there ${users.length === 1 ? 'is' : 'are'} ${several(users.length, kind ? 'good one' : 'other')}.`,
      );
    const test = Math.max(1, Math.round(users.length * testShare));
    const validation = Math.max(1, Math.round(users.length * validationShare));
    const order = new Random(seed, kind ? 'good users' : 'other users').permutation(users.length);
    for (const [place, i] of order.entries()) {
      const part = place < test ? 'test' : place < test + validation ? 'validation' : 'training';
      parts.set(users[i] as UserId, part);
    }
  }
  return parts;
}
