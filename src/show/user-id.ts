import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { largestUserId, type UserId, userIdOf } from '../user-id.ts';

/**
 * A user id as somebody gives it, on the command line or in an address.
 *
 * @throws BadInputError if it is none
 */
export function readUserId(text: string, { userIds = 'int' }: Pick<Settings, 'userIds'>): UserId {
  const largest = largestUserId[userIds];
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > largest)
    throw new BadInputError(`A user id is a whole number from 0 to ${largest}.`);
  return userIdOf(text);
}
