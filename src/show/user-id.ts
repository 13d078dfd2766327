import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { shellWord } from '../shell-word.ts';
import {
  faultOfText,
  largestUserId,
  mostIdBytes,
  numberOfText,
  type ShownId,
  type UserId,
  userIdOf,
} from '../user-id.ts';
import { UnknownUserError } from './show-user.ts';

/**
 * A user id as somebody gives it, on the command line or in an address.
 *
 * @throws BadInputError if it is none
 */
export function readUserId(text: string, { userIds = 'int' }: Pick<Settings, 'userIds'>): UserId {
  if (userIds === 'text') {
    if (faultOfText(text) !== undefined) throw new BadInputError(`A user id is a text of 1 to ${mostIdBytes} bytes.`);
    return userIdOf(numberOfText(text));
  }
  const largest = largestUserId[userIds];
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > largest)
    throw new BadInputError(`A user id is a whole number from 0 to ${largest}.`);
  return userIdOf(text);
}

/** An error about one of these users, with the user as it was given. */
export function asGiven(error: unknown, given: readonly (ShownId | undefined)[], settings: Settings): unknown {
  if (!(error instanceof UnknownUserError) || settings.userIds !== 'text') return error;
  const text = given.find((one) => typeof one === 'string' && readUserId(one, settings) === error.userId);
  return text === undefined ? error : new UnknownUserError(text);
}

/** The command that shows a user, or why somebody is recommended to them, for a shell. */
export function showCommand(kith: string, userId: ShownId, recId?: ShownId): string {
  const why =
    recId === undefined ? '' : ` --why${String(recId).startsWith('-') ? '=' : ' '}${shellWord(String(recId))}`;
  const user = shellWord(String(userId));
  // What begins with a dash would be an option.
  return String(userId).startsWith('-') ? `${kith} show${why} -- ${user}` : `${kith} show ${user}${why}`;
}
